# Conditions and checks
# Pre- and postconditions stop everything when they do not hold. A check only warns.

variable "members" {
  type    = number
  default = 3
}

app "vote" {
  cmd       = "exec ./vote"
  instances = var.members
  mem       = "64MiB"

  health_check {
    protocol = "TCP"
  }

  lifecycle {
    precondition {
      condition     = var.members % 2 == 1
      error_message = "A vote needs an odd number of members, not ${var.members}."
    }

    postcondition {
      condition     = length(self.health_check) > 0
      error_message = "${self.address} has no health check."
    }
  }
}

check "spare" {
  assert {
    condition     = var.members >= 3
    error_message = "With fewer than three members there is nothing to fall back to."
  }
}
