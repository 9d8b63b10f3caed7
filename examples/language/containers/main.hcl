# Containers
# An image alone is enough; a container block has the options of the engine.

app "web" {
  image = "nginx:1.27"
  mem   = "128MiB"

  port "http" {
    container = 80
  }
}

app "debug" {
  cmd = "exec sh"
  mem = "64MiB"
  tty = true

  container {
    type             = "DOCKER"
    image            = "busybox:1.36"
    force_pull_image = true
    privileged       = true

    parameter {
      key   = "cap-add"
      value = "NET_ADMIN"
    }
  }
}
