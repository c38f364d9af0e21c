//! How is a charge split, says the chain?

use super::bindings::FeePolicy as Contract;
use super::client::ChainClient;
use super::error::ChainError;
use footnote_domain::money::{FeePolicy, ResidualRule};

impl ChainClient {
    /// The fee policy in force in an epoch (they count from 1).
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with `NoPolicyFor` for epoch 0.
    pub async fn fee_policy_at(&self, epoch: u64) -> Result<FeePolicy, ChainError> {
        let call = Contract::policyAtCall { epoch };
        let found = self.view(self.deployment.fee_policy, &call).await?;
        let rule = match found.found.residualRule {
            0 => ResidualRule::Refund,
            1 => ResidualRule::Treasury,
            other => return Err(self.rpc.malformed(format!("{other} is no residual rule"))),
        };
        let bps = found.found.bps.map(u32::from);
        FeePolicy::parse(found.version, bps, rule)
            .map_err(|error| self.rpc.malformed(error.to_string()))
    }
}
