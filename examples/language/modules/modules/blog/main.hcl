# A blog
# Its variables are the arguments of the block that calls it; only its outputs can be seen from there.

variable "title" {
  type = string
}

variable "replicas" {
  type    = number
  default = 1
}

app "db" {
  cmd = "exec ./db"
  mem = "64MiB"
}

app "web" {
  cmd       = "exec ./web"
  instances = var.replicas
  mem       = "64MiB"
  env       = { TITLE = var.title, DB = app.db.id }
}

output "web" {
  value = app.web.id
}
