//! `logwalk completions`: what a shell needs to complete the command's words.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Command;
use super::stop::Stop;

const HOW: &str = "\
For this session:   source <(logwalk completions bash)
For all to come:    logwalk completions bash > ~/.local/share/bash-completion/completions/logwalk
                    logwalk completions zsh > ~/.zfunc/_logwalk      (with ~/.zfunc in fpath)
                    logwalk completions fish > ~/.config/fish/completions/logwalk.fish";

#[derive(Debug, Args)]
#[command(after_help = HOW)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let mut script = Vec::new();
    generate(
        arguments.shell,
        &mut Command::command(),
        "logwalk",
        &mut script,
    );
    out.write_all(&script)?;
    Ok(())
}
