#pragma once

namespace watchtower::collector {

/// The whole of `watchtower-collector erase-player`; argv[0] is the command's name. Returns the exit code: 0 when the
/// player is erased or nothing was there of him, 1 when it has to be repeated, 2 when it was called wrongly.
int erase_player_command(int argc, char** argv);

}  // namespace watchtower::collector
