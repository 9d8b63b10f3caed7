// Whole configurations that use every construct; the mutation test starts from them.
export const samples: readonly string[] = [
  `sddc {
  stack = "shop"
}

variable "tag" {
  type    = string
  default = "1.0"
  validation {
    condition     = length(var.tag) > 0 && var.tag != "latest"
    error_message = "Give a real tag, not \\"\${var.tag}\\"."
  }
}

variable "settings" {
  type    = object({ name = string, ports = optional(list(number), [80]), more = map(any) })
  default = { name = "x", more = { a = 1 } }
}

locals {
  regions = { eu = 2, us = 1 }
  names   = [for k, v in local.regions : "\${k}-\${v}" if v > 0]
  grouped = { for n in local.names : length(n) => n... }
  first   = local.names[0]
  all     = app.web
  ids     = [for a in local.all : a.id]
  splat   = [{ a = [1, 2] }, { a = [3] }][*].a[0]
}

app "db" {
  image = "pg:\${var.tag}"
}

app "web" {
  for_each  = local.regions
  instances = each.value * 2
  cmd       = <<-EOT
    %{ for name in local.names ~}
    echo \${upper(name)}
    %{ endfor ~}
    sleep 1000
    EOT
  env = {
    URL  = "http://\${app.db.name}:80/\${each.key}"
    "A"  = 0.1 + 0.2
    (each.key) = each.value > 1 ? "many" : "one"
  }
  depends_on = [app.db, group.shop]
  dynamic "port" {
    for_each = var.settings.ports
    content {
      container = port.value
    }
  }
  health_check {
    protocol = "HTTP"
  }
}

group "shop" {
  depends_on = [app.db]
  app "api" { count = 2 }
  group "inner" {
    app "worker" {
      cmd = "run \${app.api[0].id} \${group.shop.app.api[1].address}"
    }
  }
}

volume "data" { size = "20GiB" }

output "ids" {
  value       = local.ids
  description = "All of them"
}
`,
  `# é 👩‍👧 comment
app "größe" {
  cmd  = "echo 'e\u0301' \${format("%s-%03d", "x", 7)}" /* two
  lines */
  tags = jsondecode("{\\"a\\":[1,2]}").a
  x    = (
    true
    ? [1, "b"]
    : []
  )
  y = !false == true && -5 % 3 < 2 || "10" > "9"
  z = { a : 1, b : { c = [[[]]] } }
}
`,
]
