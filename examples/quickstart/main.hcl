# A small shop: a web server that shows what a backend says.
#
#   npx sddc plan  examples/quickstart     what would happen
#   npx sddc apply examples/quickstart     make it so
#   npx sddc status                        what runs, and where
#
# Change something (greeting, instances), and plan again.

sddc {
  stack = "quickstart"
}

variable "greeting" {
  type        = string
  default     = "Hello from sddc"
  description = "What the web page says."
}

locals {
  # PORT0 is the port that the machine gives to each instance.
  backend = <<-EOT
    require("http")
      .createServer((request, response) => response.end(process.env.GREETING + "\n"))
      .listen(process.env.PORT0)
  EOT

  web = <<-EOT
    require("http")
      .createServer((request, response) => {
        response.setHeader("content-type", "text/html")
        response.end("<h1>" + process.env.GREETING + "</h1><p>instance on port " + process.env.PORT0 + "</p>\n")
      })
      .listen(process.env.PORT0)
  EOT
}

group "shop" {
  app "backend" {
    args = ["node", "-e", local.backend]
    cpus = 0.1
    mem  = "64MiB"
    env  = { GREETING = var.greeting }

    port "api" {}

    health_check {
      protocol     = "TCP"
      port         = "api"
      grace_period = "10s"
      interval     = "2s"
    }
  }

  app "web" {
    args      = ["node", "-e", local.web]
    cpus      = 0.1
    mem       = "64MiB"
    instances = 2
    env       = { GREETING = var.greeting }

    # The backend is up before the first instance starts.
    depends_on = [app.backend]

    # `service` is where a load balancer would answer; the host port is any free one.
    port "http" {
      service = 10080
    }

    # An instance that fails this three times in a row is replaced.
    health_check {
      path                     = "/"
      port                     = "http"
      grace_period             = "10s"
      interval                 = "2s"
      timeout                  = "2s"
      max_consecutive_failures = 2
    }

    # A new version takes over one by one; at least one instance stays healthy.
    upgrade_strategy {
      minimum_health_capacity = 0.5
      maximum_over_capacity   = 0.5
    }
  }
}
