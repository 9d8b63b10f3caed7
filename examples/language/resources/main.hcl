# Resources
# What one instance takes from its machine, and how far it may go beyond. An app without instances is suspended.

app "render" {
  args      = ["render", "--threads", "4"]
  instances = 0
  cpus      = 2.5
  mem       = "1.5GiB"
  disk      = "10GiB"
  gpus      = 0
  user      = "render"
  image     = "example/render:4"

  resource_limits {
    cpus = 4
    mem  = "unlimited"
  }

  role                    = "batch"
  accepted_resource_roles = ["batch", "*"]
  executor                = "//cmd"
}
