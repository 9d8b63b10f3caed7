# The quickstart's idea with Docker images: a backend and a web server that needs it. See README.md for the image.

sddc {
  stack = "containers"
}

variable "image" {
  default     = "sddc-hello"
  description = "An image with busybox in it."
}

group "containers" {
  app "backend" {
    image = var.image
    cmd   = "mkdir -p /www && echo backend > /www/index.html && exec httpd -f -p 8080 -h /www"
    cpus  = 0.1
    mem   = "32MiB"

    # An image with a container port gets the bridge network and a free port of the machine.
    port "api" {
      container = 8080
    }

    health_check {
      protocol     = "TCP"
      port         = "api"
      grace_period = "10s"
      interval     = "2s"
    }
  }

  app "web" {
    image      = var.image
    cmd        = "mkdir -p /www && echo \"$GREETING\" > /www/index.html && exec httpd -f -p 8080 -h /www"
    cpus       = 0.1
    mem        = "32MiB"
    instances  = 2
    depends_on = [app.backend]
    env        = { GREETING = "Hello from a container" }

    port "http" {
      container = 8080
      service   = 10081
    }

    health_check {
      path         = "/"
      port         = "http"
      grace_period = "10s"
      interval     = "2s"
    }
  }
}
