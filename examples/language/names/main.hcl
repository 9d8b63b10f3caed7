# New names
# What was called otherwise goes on running under its new name; what others made is taken over; what is let go runs on.

app "frontend" {
  cmd = "exec ./web"
  mem = "64MiB"
}

group "store" {
  app "api" {
    for_each = toset(["eu", "us"])
    cmd      = "exec ./api"
    mem      = "64MiB"
  }
}

moved {
  from = app.web
  to   = app.frontend
}

moved {
  from = app.api
  to   = group.store.app.api["eu"]
}

import {
  to = group.store.app.api["us"]
  id = "/legacy/api"
}

removed {
  from = app.batch

  lifecycle {
    destroy = false
  }
}
