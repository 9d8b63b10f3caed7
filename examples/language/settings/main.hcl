# Settings of a configuration
# The stack owns everything that is applied from here; the server is the cluster that commands talk to.

sddc {
  stack  = "intranet"
  server = "http://10.0.0.1:8080"
}

app "wiki" {
  cmd = "exec python3 -m http.server $PORT0"
  mem = "64MiB"
}
