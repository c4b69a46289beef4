// The primary-backup service as the testbed knows it.
#pragma once

#include "sim/run/protocol.h"

namespace seedbed::primary_backup {

ProtocolSpec spec();

}  // namespace seedbed::primary_backup
