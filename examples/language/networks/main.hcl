# Ports and networks
# One port block for every network. On the host a task listens on the port that it is given; in a container it keeps its own.

app "plain" {
  cmd = "exec ./web --port $PORT_HTTP --admin $PORT_ADMIN"
  mem = "64MiB"

  port "http" {
    service = 10300
    labels  = { path = "/" }
  }

  # The label is short for the name.
  port {
    name     = "admin"
    host     = 9400
    protocol = "tcp"
  }
}

app "fixed" {
  cmd           = "exec ./dns"
  mem           = "64MiB"
  require_ports = true

  port "dns" {
    service  = 10353
    protocol = "udp,tcp"
  }
}

app "bridged" {
  image   = "nginx:1.27"
  mem     = "64MiB"
  network = "bridge"

  port "http" {
    container = 80
    host      = 8088
    service   = 10301
  }
}

app "inside" {
  image = "example/inside:2"
  mem   = "64MiB"

  network {
    mode   = "container"
    name   = "backend"
    labels = { zone = "a" }
  }

  port "metrics" {
    container     = 9100
    network_names = ["backend"]
  }
}

app "batch" {
  cmd   = "exec ./batch"
  mem   = "64MiB"
  ports = []
}
