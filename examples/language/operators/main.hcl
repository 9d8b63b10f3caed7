# Operators and conditions
# Arithmetic is exact, comparison is by value and type, and a condition chooses one of two values.

variable "users" {
  type    = number
  default = 12000
}

variable "maintenance" {
  type    = bool
  default = false
}

locals {
  # From strong to weak: ! and -, then * / %, then + -, then < <= > >=, then == !=, then &&, then ||, then ? :
  needed    = ceil(var.users / 5000)
  odd       = local.needed % 2 == 0 ? local.needed + 1 : local.needed
  crowded   = var.users >= 10000 && !var.maintenance || local.needed > 8
  spare     = (local.needed - 1) * 0.5
  reserve   = -local.spare < 0 && local.spare <= 100 ? local.spare : 100
  different = local.odd != local.needed
}

app "forum" {
  cmd       = "exec ./forum"
  instances = var.maintenance ? 0 : local.odd
  mem       = local.crowded ? "512MiB" : "128MiB"
  env       = { RESERVE = local.reserve, ROUNDED = local.different }
}
