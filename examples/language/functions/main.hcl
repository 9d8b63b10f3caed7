# Functions
# Called by name. Dots after the last argument spread a list over the parameters.

variable "memory" {
  type    = list(number)
  default = [128, 512, 256]
}

locals {
  largest = max(var.memory...)
  seconds = duration("1m30s")
  release = try(regex("^v(\\d+)\\.", "v3.1")[0], "0")
  labels  = merge({ tier = "web" }, { release = local.release })
  region  = env("REGION", "eu")
}

app "web" {
  cmd    = format("exec ./web --timeout=%d", local.seconds)
  mem    = local.largest
  labels = local.labels
  env    = { CONFIG = jsonencode({ regions = [local.region], bytes = bytes("64MiB") }) }
}
