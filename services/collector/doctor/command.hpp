#pragma once

namespace watchtower::collector {

/// The whole of `watchtower-collector doctor`: looks at all that a collector with this configuration needs, changes
/// nothing, and tells on stdout what it found, for people or with --json for programs. argv[0] is the command's name.
/// Returns the exit code: 0 when all is well, 1 when something is to be looked at, 2 when something failed or it was
/// called wrongly.
int doctor_command(int argc, char** argv);

}  // namespace watchtower::collector
