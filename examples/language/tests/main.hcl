# A configuration with tests
# The file shop.test.hcl says what must be true of its plans; "sddc test" runs it without any cluster.

variable "replicas" {
  type    = number
  default = 2

  validation {
    condition     = var.replicas > 0
    error_message = "At least one, please."
  }
}

variable "tag" {
  type    = string
  default = "1.0"
}

app "web" {
  image     = "example/web:${var.tag}"
  instances = var.replicas
  mem       = "64MiB"

  upgrade_strategy {
    minimum_health_capacity = 0.5
    maximum_over_capacity   = 0
  }
}

output "web" {
  value = app.web.id
}
