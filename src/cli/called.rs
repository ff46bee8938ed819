//! Whom a live post calls, as it is typed. Knows nothing of what comes of it.

/// Whom a live post calls.
#[derive(Debug, clap::Args)]
pub struct Called {
    /// Whom the post calls and where it registers: any SIP server over UDP
    #[arg(long, default_value = "sip:operator@127.0.0.1:5060", value_name = "SIP")]
    pub server: String,
    /// Another server, where the post turns to while that one does not answer
    #[arg(long, value_name = "SIP")]
    pub backup: Option<String>,
    /// The user part whom the post calls if nobody answers there
    #[arg(long, value_name = "NAME")]
    pub second: Option<String>,
}
