# Local values
# Named once, used anywhere. Several blocks are one, and their order means nothing.

locals {
  name  = "shop-${local.stage}"
  ports = { http = 8080, admin = 9090 }
}

locals {
  stage = "dev"
}

app "shop" {
  cmd    = "exec ./shop --port ${local.ports.http}"
  mem    = "64MiB"
  labels = { name = local.name, stage = local.stage }
}
