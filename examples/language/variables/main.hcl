# Variables
# Values from outside, with types, defaults and conditions. Missing attributes of an object get their own defaults.

variable "stage" {
  type        = string
  default     = "dev"
  description = "Where this runs: dev or live."

  validation {
    condition     = contains(["dev", "live"], var.stage)
    error_message = "There is no stage ${var.stage}; write dev or live."
  }
}

variable "sites" {
  type = map(object({
    replicas = optional(number, 2)
    page     = optional(object({ title = optional(string, "Hello") }), {})
    hosts    = optional(list(string), [])
  }))
  default = {
    eu = { page = { title = "Moin" } }
    us = { replicas = 4, hosts = ["us.example.com"] }
  }

  validation {
    condition     = alltrue([for site in var.sites : site.replicas > 0])
    error_message = "Every site has at least one server."
  }
}

variable "token" {
  type      = string
  default   = "change-me"
  sensitive = true
}

variable "limits" {
  type     = tuple([number, number])
  default  = [0.5, 1]
  nullable = false
}

variable "region" {
  type       = string
  default    = null
  deprecated = "Regions are keys of sites now."
}

app "site" {
  for_each  = var.sites
  cmd       = "exec ./site"
  instances = var.stage == "live" ? each.value.replicas : 1
  cpus      = var.limits[0]
  mem       = "64MiB"
  env       = { TITLE = each.value.page.title, HOSTS = join(" ", each.value.hosts), TOKEN = var.token }
}
