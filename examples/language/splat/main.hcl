# Splat
# [*] takes the same part of every element. A single value becomes a list of one, and null a list of none.

variable "proxy" {
  type    = string
  default = null
}

locals {
  volumes = [
    { host = "/srv/a", modes = ["RO", "RW"] },
    { host = "/srv/b", modes = ["RO"] },
  ]

  hosts  = local.volumes[*].host
  modes  = local.volumes[*].modes[0]
  sorted = sort(local.volumes[*].host)[0]

  # The older .* takes only names along: an index behind it is one of the result.
  first = local.volumes.*.modes[0]
}

app "worker" {
  count = 2
  cmd   = "exec ./worker"
  mem   = "32MiB"
}

app "boss" {
  args = concat(["boss", "--workers", join(",", app.worker[*].id)], [for p in var.proxy[*] : "--proxy=${p}"])
  mem  = "32MiB"
  env = {
    HOSTS = join(",", local.hosts)
    MODES = join(",", local.modes)
    ALL   = join(",", local.first)
    FIRST = local.sorted
  }
}
