//! The `logwalk` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    let status = logwalk::cli::main(std::env::args_os(), None);
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}
