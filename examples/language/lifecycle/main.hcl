# Lifecycle
# What others may change, what must not be destroyed, and what becomes of things that are no longer named.

app "web" {
  cmd       = "exec ./web"
  instances = 3
  mem       = "64MiB"
  env       = { RELEASE = "12" }

  lifecycle {
    # An autoscaler sets the one, a pipeline the other.
    ignore_changes = [instances, env["RELEASE"]]
  }
}

app "db" {
  cmd = "exec ./db"
  mem = "512MiB"

  lifecycle {
    prevent_destroy = true
  }
}

app "legacy" {
  cmd = "exec ./legacy"
  mem = "64MiB"

  lifecycle {
    ignore_changes = all
    destroy        = false
  }
}

group "ledger" {
  app "books" {
    cmd = "exec ./books"
    mem = "64MiB"
  }

  lifecycle {
    prevent_destroy = true
  }
}

volume "scratch" {
  size = "1GiB"

  lifecycle {
    destroy = true
  }
}
