# One for each
# for_each makes a thing for each key: /worker-eu and /worker-us, addressed as app.worker["eu"]. Keys stay what they are when others come and go.

variable "regions" {
  type    = map(number)
  default = { eu = 2, us = 1 }
}

app "worker" {
  for_each  = var.regions
  cmd       = "exec ./worker --region ${each.key}"
  instances = each.value
  mem       = "64MiB"
}

group "monitor" {
  for_each = toset(["cpu", "disk"])

  app "probe" {
    cmd = "exec ./probe ${each.key}"
    mem = "32MiB"
  }
}

output "europe" {
  value = app.worker["eu"].id
}

output "probes" {
  value = [for name, monitor in group.monitor : monitor.app.probe.id]
}
