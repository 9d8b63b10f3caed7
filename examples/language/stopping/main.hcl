# Before a task stops
# A command and a wait, so that nothing new is sent to a task that is about to end.

app "web" {
  cmd = "exec ./web"
  mem = "64MiB"

  pre_stop {
    command = "./leave-balancer"
    timeout = "10s"
    wait    = "5s"
  }

  kill_signal            = "SIGQUIT"
  task_kill_grace_period = "30s"
}

app "worker" {
  cmd = "exec ./worker"
  mem = "64MiB"

  pre_stop {
    command = ["./finish", "--current-job"]
  }
}
