# Environment, labels and files
# The task sees its environment and finds fetched files in its sandbox; archives are unpacked there.

app "tool" {
  cmd = "exec ./tool-2.1/tool"
  mem = "64MiB"

  env = {
    LOG_LEVEL = "info"
    THREADS   = 4
  }

  labels = { team = "search" }

  fetch {
    uri = "https://downloads.example.com/tool-2.1.tar.gz"
  }

  fetch {
    uri        = "https://downloads.example.com/helper"
    dest_path  = "bin/helper"
    executable = true
    extract    = false
    cache      = true
  }
}

app "page" {
  cmd  = "exec python3 -m http.server $PORT0 --directory site"
  mem  = "32MiB"
  uris = ["https://downloads.example.com/site.zip"]
}
