//! Arguments of `chime completions`.

use clap::Args;
use clap_complete::Shell;

/// Arguments of `chime completions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Where shells look for it (create the directory if there is none):
  chime completions bash > ~/.local/share/bash-completion/completions/chime
  chime completions zsh > ~/.zfunc/_chime        with fpath+=~/.zfunc before compinit
  chime completions fish > ~/.config/fish/completions/chime.fish
  chime completions powershell >> $PROFILE
  chime completions elvish >> ~/.config/elvish/rc.elv")]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}
