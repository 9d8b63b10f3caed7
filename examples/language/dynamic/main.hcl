# Blocks from a list
# A dynamic block makes one block for each element. Its iterator has a key and a value.

variable "ports" {
  type    = map(number)
  default = { http = 10200, admin = 10201 }
}

variable "racks" {
  type    = list(string)
  default = ["r1", "r2"]
}

app "web" {
  cmd = "exec ./web"
  mem = "64MiB"

  dynamic "port" {
    for_each = var.ports
    labels   = [port.key]
    content {
      service = port.value
    }
  }

  dynamic "constraint" {
    for_each = length(var.racks) > 0 ? [join("|", var.racks)] : []
    iterator = rack
    content {
      field    = "rack"
      operator = "LIKE"
      value    = rack.value
    }
  }
}
