# Health and readiness
# A failing health check replaces an instance; a readiness check keeps a rollout waiting until it answers.

app "web" {
  cmd = "exec ./web"
  mem = "64MiB"

  port "http" {}
  port "admin" {}

  health_check {
    protocol                 = "HTTP"
    path                     = "/health"
    port                     = "http"
    grace_period             = "30s"
    interval                 = "10s"
    timeout                  = "5s"
    max_consecutive_failures = 2
    ignore_http_1xx          = true
    ip_protocol              = "IPv4"
  }

  # Told, but never a reason to replace the instance.
  health_check {
    protocol                 = "TCP"
    port_index               = 1
    delay                    = "1s"
    max_consecutive_failures = 0
  }

  readiness_check {
    name                        = "warm"
    protocol                    = "HTTP"
    path                        = "/ready"
    port_name                   = "http"
    interval                    = "5s"
    timeout                     = "2s"
    http_status_codes_for_ready = [200, 204]
    preserve_last_response      = true
  }
}

app "queue" {
  cmd = "exec ./queue --port 5672"
  mem = "64MiB"

  health_check {
    command = "./queue-status"
  }

  health_check {
    protocol    = "MESOS_TCP"
    port_number = 5672
  }
}
