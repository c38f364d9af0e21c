//! The binary `footnote`.

use std::process::ExitCode;

fn main() -> ExitCode {
    footnote_web::cli::run()
}
