//! Gives object_store the HTTP clients of this program.

use std::time::Duration;

use object_store::client::{ClientConfigKey, HttpClient, HttpConnector};
use object_store::{ClientOptions, Result};

use crate::http_client;

/// Makes the clients for S3-compatible storage.
#[derive(Clone, Copy, Debug)]
pub(super) struct StorageConnector {
    /// How long a server may send nothing.
    pub timeout: Duration,
}

impl HttpConnector for StorageConnector {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        let may_be_plain = options
            .get_config_value(&ClientConfigKey::AllowHttp)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let client = http_client::builder("replicas")
            .read_timeout(self.timeout)
            .https_only(!may_be_plain)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| object_store::Error::Generic {
                store: "S3",
                source: Box::new(error.without_url()),
            })?;
        Ok(HttpClient::new(client))
    }
}
