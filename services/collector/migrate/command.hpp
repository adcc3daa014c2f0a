#pragma once

namespace watchtower::collector {

/// The whole of `watchtower-collector migrate`: brings the database to this program's schema, waiting for the server
/// up to five minutes, and ends. Takes the service's configuration; argv[0] is the command's name. Returns the exit
/// code: 0 when the database is as it should be (also one that is newer), 1 when it is not, 2 when called wrongly.
int migrate_command(int argc, char** argv);

}  // namespace watchtower::collector
