# Rolling updates and failures
# How a new version takes over, how fast a failing task is started again, and when a lost one is replaced.

app "web" {
  cmd       = "exec ./web"
  instances = 4
  mem       = "64MiB"

  upgrade_strategy {
    minimum_health_capacity = 0.75
    maximum_over_capacity   = 0.25
  }

  update {
    max_parallel      = 1
    canary            = 1
    healthy_deadline  = "5m"
    progress_deadline = "10m"
    auto_rollback     = true
    pause             = "30s"
  }

  kill_selection         = "OLDEST_FIRST"
  task_kill_grace_period = "30s"

  backoff          = "2s"
  backoff_factor   = 1.5
  max_launch_delay = "10m"

  unreachable_strategy {
    inactive_after = "5m"
    expunge_after  = "1h"
  }
}

app "ledger" {
  cmd                  = "exec ./ledger"
  mem                  = "64MiB"
  unreachable_strategy = "disabled"
}
