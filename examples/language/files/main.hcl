# Files and templates
# What a configuration reads is recorded. A template is a file with the same sequences as a string.

variable "backends" {
  type    = list(string)
  default = ["10.0.0.1:8080", "10.0.0.2:8080"]
}

app "proxy" {
  cmd = "printf '%s' \"$CONFIG\" > proxy.conf && exec proxy -c proxy.conf"
  mem = "64MiB"
  env = {
    CONFIG = templatefile("${path.module}/proxy.conf.tmpl", { backends = var.backends, port = "$PORT0" })
    MOTD   = trimspace(file("${path.module}/motd.txt"))
  }
  labels = { templates = join(",", fileset(path.module, "*.tmpl")) }
}
