# Outputs
# What others want to know: apply prints it, "sddc output" gives it to scripts, and who calls a module reads it.

variable "spares" {
  type    = number
  default = 1
}

variable "key" {
  type      = string
  default   = "0815"
  sensitive = true
}

app "db" {
  cmd = "exec ./db"
  mem = "64MiB"
}

app "api" {
  cmd       = "exec ./api"
  mem       = "64MiB"
  instances = 1 + var.spares

  port "http" {
    service = 10100
  }
}

output "api" {
  value       = { id = app.api.id, name = app.api.name }
  description = "Where the API is."
  depends_on  = [app.db]

  precondition {
    condition     = var.spares > 0
    error_message = "The API is announced only with a spare instance."
  }
}

output "key" {
  value     = var.key
  sensitive = true
}
