//! Where did the money of a receipt go, and for which text? The money formula once more, from the
//! receipt's own shares: a line names its payee only.

use super::{AdapterUse, Receipt};
use crate::id::PayeeId;
use crate::money::{AmountError, Beneficiaries, Role, Settlement, settle};

impl Receipt {
    /// The settlement that its gross price, shares and policy lead to; its lines are those of the
    /// receipt, if the receipt is true.
    ///
    /// # Errors
    /// When an amount leaves the range of [`crate::money::Nano`].
    ///
    /// # Panics
    /// When the shares do not sum to the total; [`super::check`] looks at that first.
    pub fn settlement_again(&self) -> Result<Settlement, AmountError> {
        let record = &self.attribution;
        let parts = record.owner_parts();
        settle(self.gross, record.total, &self.policy, &self.beneficiaries(), &parts)
    }

    /// Platform and treasury are named by their own lines: any payee may stand behind them, but the
    /// amount must be theirs.
    fn beneficiaries(&self) -> Beneficiaries {
        let payee_of = |role: Role| -> Option<PayeeId> {
            self.lines.iter().find(|line| line.role == role).map(|line| line.payee)
        };
        Beneficiaries {
            platform: payee_of(Role::Platform).unwrap_or_default(),
            adapters: self.adapters.iter().filter_map(AdapterUse::part).collect(),
            stakers: payee_of(Role::Stakers),
            treasury: payee_of(Role::Treasury).unwrap_or_default(),
        }
    }
}
