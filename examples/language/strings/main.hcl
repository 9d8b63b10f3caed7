# Strings, templates and heredocs
# Values go into a text with an interpolation, parts of it with directives. A tilde eats the blanks and newlines beside it.

variable "backends" {
  type    = map(number)
  default = { api = 8080, blog = 8090 }
}

locals {
  greeting = "Hello, \"${upper("world")}\"\n"
  literal  = "In the shell: $${HOME} and %%{if}"
  unicode  = "\u00e9t\u00e9"
  alone    = "${length(var.backends)}"

  plan = "There %{if local.alone == 1}is one backend%{else}are ${local.alone} backends%{endif}."

  # <<- takes the common indent away; << keeps the text as it stands.
  proxy = <<-EOT
    # made by sddc
    %{for name, port in var.backends}
    location /${name} {
      proxy_pass http://127.0.0.1:${port};
    }
    %{endfor}
  EOT

  names = <<EOT
%{for name in keys(var.backends)~}
${name}
%{endfor~}
EOT
}

app "proxy" {
  cmd    = "printf '%s' \"$PROXY\" > proxy.conf && exec proxy -c proxy.conf"
  mem    = "64MiB"
  env    = { PROXY = local.proxy, NAMES = local.names, GREETING = local.greeting }
  labels = { about = local.plan, literal = local.literal, season = local.unicode }
}
