# Constraints
# Where instances may run: by host name or by an attribute of the agents.

app "web" {
  cmd       = "exec ./web"
  instances = 6
  mem       = "64MiB"

  # Evenly over three racks, at most two on one machine, and only where there is an SSD.
  constraint {
    field    = "rack"
    operator = "GROUP_BY"
    value    = "3"
  }

  constraint {
    field    = "hostname"
    operator = "MAX_PER"
    value    = "2"
  }

  constraint {
    field    = "disk"
    operator = "IS"
    value    = "ssd"
  }
}

app "db" {
  cmd         = "exec ./db"
  instances   = 3
  mem         = "256MiB"
  constraints = [["hostname", "UNIQUE"], ["rack", "UNLIKE", "test-.*"]]
}
