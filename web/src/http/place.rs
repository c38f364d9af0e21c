//! Under which address do browsers know this service? A signed message counts for one address only, so
//! it may not be whatever a request says of itself.

use crate::config::Config;
use actix_web::HttpRequest;

/// The service's address: `https`, `footnote.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// `http` or `https`.
    pub(super) scheme: String,
    /// Host, and the port unless it is the usual one.
    pub(super) authority: String,
}

impl Place {
    /// The configured address; on loopback, where nobody else can listen, the one that was called.
    /// `None` on an open address without a configured one.
    pub(super) fn of(config: &Config, request: &HttpRequest) -> Option<Self> {
        if let Some(origin) = &config.public_url {
            let (scheme, authority) = origin.split_once("://")?;
            return Some(Self { scheme: scheme.to_owned(), authority: authority.to_owned() });
        }
        let authority = request.connection_info().host().to_owned();
        let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host);
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        (config.listen.ip().is_loopback() && loopback)
            .then(|| Self { scheme: "http".to_owned(), authority })
    }

    /// `https://footnote.example`.
    pub(super) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }
}
