//! Talks to the service that holds the data folder.

use crate::app::{DataFolder, Running};
use crate::config::Config;
use anyhow::{Context, bail};
use serde_json::Value;
use std::time::Duration;

/// Longer than any answer.
const TIMEOUT: Duration = Duration::from_secs(660);

/// A running service.
pub(super) struct Remote {
    base: String,
    client: reqwest::Client,
}

impl Remote {
    /// The service that holds the configured data folder, when one serves.
    pub(super) fn find(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(Running { pid, listen }) = DataFolder::holder(&config.data_dir) else {
            return Ok(None);
        };
        if listen.is_empty() {
            bail!("the data folder is in use by process {pid}; try again when it has ended");
        }
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build();
        let client = client.context("preparing HTTP")?;
        Ok(Some(Self { base: format!("http://{listen}"), client }))
    }

    /// `POST`s JSON; a problem becomes an error with its detail.
    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.read(self.client.post(format!("{}{path}", self.base)).json(body)).await
    }

    /// `GET`s JSON.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.read(self.client.get(format!("{}{path}", self.base))).await
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let response =
            request.send().await.with_context(|| format!("asking the service at {}", self.base))?;
        let status = response.status();
        let body: Value = response.json().await.context("reading the service's reply")?;
        if status.is_success() {
            return Ok(body);
        }
        bail!("{}", body["detail"].as_str().unwrap_or("the service refused without a reason"))
    }
}
