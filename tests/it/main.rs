mod firmware;
mod peers;
