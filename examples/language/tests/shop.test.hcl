# Tests of a configuration
# Each run plans, and applies if it does not say otherwise, to machines that are modelled; what one run applies is there for the next.

agent "a" {
  cpus       = 4
  mem        = "8GiB"
  attributes = { rack = "1" }
}

agent "b" {
  cpus       = 4
  mem        = "8GiB"
  disk       = "20GiB"
  attributes = { rack = "2" }
}

variables {
  replicas = 3
}

run "first" {
  assert {
    condition     = plan.add == 1 && app.web.instances == 3
    error_message = "Three web servers come."
  }

  assert {
    condition     = output.web == "/web"
    error_message = "The output tells where they are."
  }
}

run "update" {
  variables {
    tag = "1.1"
  }

  assert {
    condition     = plan.restarts == 3 && plan.lowest_healthy["app.web"] >= 2
    error_message = "An update rolls, and two stay healthy."
  }
}

run "none" {
  command         = plan
  expect_failures = [var.replicas]

  variables {
    replicas = 0
  }
}
