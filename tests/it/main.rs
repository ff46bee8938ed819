mod bad_input;
mod command_line;
mod firmware;
mod program;
mod safety;
mod sound_card;
