# Daemons and batch
# What runs once on every agent, and what runs once and is done.

# One instance on every agent that the constraints allow; it follows the cluster. There is no number of instances.
app "logs" {
  mode = "daemon"
  cmd  = "exec ./ship-logs"
  mem  = "64MiB"

  constraint {
    field    = "rack"
    operator = "UNLIKE"
    value    = "test.*"
  }
}

# Runs once. Exit status 0 is the end of it; what fails is started again at most twice, and a run that takes longer
# than ten minutes has failed.
app "migrate" {
  mode             = "batch"
  cmd              = "exec ./migrate up"
  mem              = "64MiB"
  retries          = 2
  max_run_duration = "10m"
}

# Waits until the migration has completed.
app "web" {
  cmd        = "exec ./web"
  mem        = "64MiB"
  depends_on = [app.migrate]
}
