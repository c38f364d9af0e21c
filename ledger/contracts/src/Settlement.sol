// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Roles} from "./Roles.sol";

/// @notice What the settlement must know of the registry.
interface IPayouts {
    /// @notice Where claims of `account` are paid now.
    function payoutOf(address account) external view returns (address);
}

/// @title Settlement: one pool out of which everyone is paid what the accepted epochs say.
/// @notice Payers deposit. Off chain, answers move money from payers to authors, and a withdrawal
/// moves a payer's rest to a claim of its own. An epoch commits to all of that by three roots: the
/// receipts, the cumulative claims, the payers' balances. It counts after a challenge window in
/// which the guardian can veto it. A claim pays the difference between the leaf and what was paid
/// before, so a leaf can be shown any number of times and pays once.
/// @dev Trees are OpenZeppelin standard trees (leaves hashed twice, pairs sorted). Balances and
/// payers: (bytes32 account left-padded, uint256 amount); receipts: (uint256 seq, bytes32 hash).
/// Amounts are in the smallest unit of the token, a plain ERC-20 without fees on transfer.
contract Settlement is Roles, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice What the proposer says about an epoch.
    /// @param previousHash Hash of the last accepted epoch, 0 before the first.
    /// @param receiptsRoot Root over the receipts, in the order of their sequence numbers.
    /// @param balancesRoot Root over cumulative claims per payee, escrow left out.
    /// @param payersRoot Root over the balances of payers, for `escape`.
    /// @param bundleHash Hash of the audit bundle, published before the proposal.
    /// @param totalCumulative Sum of the leaves under `balancesRoot`.
    /// @param receiptCount Number of receipts in this epoch.
    struct Proposal {
        bytes32 previousHash;
        bytes32 receiptsRoot;
        bytes32 balancesRoot;
        bytes32 payersRoot;
        bytes32 bundleHash;
        uint128 totalCumulative;
        uint64 receiptCount;
    }

    /// @notice An epoch as kept: the proposal and when it can be accepted.
    struct Epoch {
        bytes32 previousHash;
        bytes32 receiptsRoot;
        bytes32 balancesRoot;
        bytes32 payersRoot;
        bytes32 bundleHash;
        uint128 totalCumulative;
        uint64 receiptCount;
        uint64 validAt;
    }

    /// @notice Seconds without an accepted epoch after which payers can take their balance out.
    uint256 public constant ESCAPE_AFTER = 14 days;
    /// @notice EIP-712 type by which an account has one claim paid elsewhere.
    bytes32 public constant CLAIM_TO_TYPEHASH =
        keccak256("ClaimTo(address account,address to,uint256 cumulative,uint256 deadline)");

    /// @notice The token of the pool.
    IERC20 public immutable token;
    /// @notice Knows payout addresses.
    IPayouts public immutable registry;
    /// @notice Seconds between a proposal and its acceptance.
    uint64 public immutable challengeWindow;

    /// @notice Number of the last accepted epoch; they count from 1, and 0 means none yet.
    uint64 public acceptedEpoch;
    /// @notice When it was accepted, or when this contract was created.
    uint64 public lastAcceptedAt;
    /// @notice Sum of all claims paid.
    uint128 public totalClaimed;
    /// @notice Hash of the last accepted epoch, 0 before the first.
    bytes32 public lastEpochHash;

    mapping(uint64 number => Epoch) private _epochs;
    /// @notice Sum of the claims paid for an account.
    mapping(address account => uint256) public claimed;
    /// @notice The epoch against which an account last escaped, 0 for never.
    mapping(address account => uint64) public escapedIn;

    // Frozen events: the ledger lives on their names, arguments and order.
    /// @notice `amount` was added to the balance of `account`.
    event Deposited(address indexed account, uint256 amount);
    /// @notice An epoch waits until `contents.validAt`; `epochHash` is what the next one must name.
    event Proposed(uint64 indexed epoch, bytes32 indexed epochHash, Epoch contents);
    /// @notice The pending epoch counts; claims are checked against it from now on.
    event Accepted(uint64 indexed epoch);
    /// @notice The pending epoch was thrown away.
    event Vetoed(uint64 indexed epoch, bytes32 reasonHash);
    /// @notice `amount` of what `account` earned was paid, to it or where it said.
    event Claimed(address indexed account, uint256 amount);

    // Additional event.
    /// @notice A payer took its balance under the payers root of `epoch` out; no epoch may count
    /// that balance again.
    event Escaped(address indexed account, uint64 indexed epoch, uint256 amount);

    error BadConstructor();
    error ZeroAmount();
    error UnsupportedToken(uint256 asked, uint256 received);
    error NotProposer(address sender);
    error NotGuardian(address sender);
    error WrongEpoch(uint64 given, uint64 next);
    error EpochPending(uint64 epoch);
    error NothingPending(uint64 epoch);
    error WrongPrevious(bytes32 given, bytes32 last);
    error TotalDecreases(uint256 total, uint256 last);
    error TotalUnfunded(uint256 total, uint256 funds);
    error TooEarly(uint64 epoch, uint64 validAt);
    error NotAccepted(uint64 epoch);
    error BadProof();
    error NothingToClaim(address account, uint256 cumulative, uint256 alreadyClaimed);
    error BeyondAccepted(uint256 total, uint256 accepted);
    error BadRecipient(address to);
    error SignatureExpired(uint256 deadline);
    error SignatureInvalid(address account);
    error EscapeClosed(uint256 opensAt);
    error AlreadyEscaped(address account, uint64 epoch);
    error Reserved(uint256 asked, uint256 free);

    /// @param challengeWindow_ Seconds: 24 hours in production, 5 on a development chain, never 0.
    constructor(
        IERC20 token_,
        IPayouts registry_,
        address proposer_,
        address guardian_,
        address owner_,
        uint64 challengeWindow_
    ) Roles(proposer_, guardian_, owner_) EIP712("Footnote Settlement", "1") {
        bool noCode = address(token_).code.length == 0 || address(registry_).code.length == 0;
        if (noCode || challengeWindow_ == 0) revert BadConstructor();
        token = token_;
        registry = registry_;
        challengeWindow = challengeWindow_;
        lastAcceptedAt = uint64(block.timestamp);
    }

    // ----------------------------------------------------------------- deposits

    /// @notice Deposit the sender's tokens to its own balance.
    function deposit(uint256 amount) external nonReentrant {
        _deposit(amount);
    }

    /// @notice As `deposit`, with the allowance given by an EIP-2612 signature.
    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
    {
        // Whoever saw the signature may have used it already; then the allowance is there, and if
        // it is not, the transfer fails.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _deposit(amount);
    }

    /// @notice Deposit the tokens of `from` to the balance of `from`, by its EIP-3009
    /// `ReceiveWithAuthorization` signature naming this contract; for anyone who pays the gas.
    function depositWithAuthorization(
        address from,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        uint256 before = token.balanceOf(address(this));
        IERC3009(address(token)).receiveWithAuthorization(
            from, address(this), amount, validAfter, validBefore, nonce, v, r, s
        );
        _credit(from, amount, before);
    }

    // ------------------------------------------------------------------- epochs

    /// @notice Offer the next epoch. One at a time; it can be accepted after the challenge window.
    function propose(uint64 number, Proposal calldata proposal) external {
        if (msg.sender != proposer) revert NotProposer(msg.sender);
        uint64 last = acceptedEpoch;
        if (number != last + 1) revert WrongEpoch(number, last + 1);
        if (_epochs[number].validAt != 0) revert EpochPending(number);
        if (proposal.previousHash != lastEpochHash) revert WrongPrevious(proposal.previousHash, lastEpochHash);
        uint256 lastTotal = _epochs[last].totalCumulative;
        if (proposal.totalCumulative < lastTotal) revert TotalDecreases(proposal.totalCumulative, lastTotal);
        _checkFunded(proposal.totalCumulative);
        Epoch memory epoch = _withValidAt(proposal, uint64(block.timestamp) + challengeWindow);
        _epochs[number] = epoch;
        emit Proposed(number, hashEpoch(number, proposal), epoch);
    }

    /// @notice Accept the pending epoch once its challenge window is over; for anyone.
    function accept(uint64 number) external {
        Epoch memory epoch = _pending(number);
        if (block.timestamp < epoch.validAt) revert TooEarly(number, epoch.validAt);
        // Escapes can have lowered the funds since the proposal.
        _checkFunded(epoch.totalCumulative);
        lastEpochHash = _hashEpoch(number, epoch);
        acceptedEpoch = number;
        lastAcceptedAt = uint64(block.timestamp);
        emit Accepted(number);
    }

    /// @notice Throw the pending epoch away; the same number can be proposed again.
    /// @param reasonHash keccak-256 of a published statement of the reason.
    function veto(uint64 number, bytes32 reasonHash) external {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        _pending(number);
        delete _epochs[number];
        emit Vetoed(number, reasonHash);
    }

    // ------------------------------------------------------------------- claims

    /// @notice Pay `account`, or the payout address it has set, what the last accepted epoch says
    /// it earned in all, less what it was paid before; for anyone.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external nonReentrant {
        _claim(account, registry.payoutOf(account), cumulative, proof);
    }

    /// @notice As `claim`, paid to `to` by the account's EIP-712 `ClaimTo` (ERC-1271 accepted). It
    /// needs no nonce: a leaf pays once.
    function claimTo(
        address account,
        address to,
        uint256 cumulative,
        bytes32[] calldata proof,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(CLAIM_TO_TYPEHASH, account, to, cumulative, deadline)));
        if (!SignatureChecker.isValidSignatureNowCalldata(account, digest, signature)) {
            revert SignatureInvalid(account);
        }
        _claim(account, to, cumulative, proof);
    }

    /// @notice When no epoch was accepted for `ESCAPE_AFTER`, pay a payer its balance under the
    /// payers root of the last accepted one, once per epoch, out of what no claim is entitled to.
    function escape(address account, uint256 balance, bytes32[] calldata proof) external nonReentrant {
        uint64 number = acceptedEpoch;
        uint256 opensAt = lastAcceptedAt + ESCAPE_AFTER;
        if (block.timestamp <= opensAt) revert EscapeClosed(opensAt);
        if (balance == 0) revert ZeroAmount();
        Epoch storage epoch = _accepted(number);
        if (escapedIn[account] == number) revert AlreadyEscaped(account, number);
        _checkLeaf(epoch.payersRoot, _accountLeaf(account, balance), proof);
        uint256 owed = uint256(epoch.totalCumulative) - totalClaimed;
        uint256 funds = token.balanceOf(address(this));
        uint256 free = funds > owed ? funds - owed : 0;
        if (balance > free) revert Reserved(balance, free);
        escapedIn[account] = number;
        emit Escaped(account, number, balance);
        token.safeTransfer(account, balance);
    }

    // -------------------------------------------------------------------- views

    /// @notice Whether an accepted epoch holds the receipt with this sequence number and hash.
    function verifyReceipt(uint64 number, uint256 seq, bytes32 receiptHash, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(seq, receiptHash))));
        return MerkleProof.verifyCalldata(proof, _accepted(number).receiptsRoot, leaf);
    }

    /// @notice An accepted or pending epoch; all zero for any other number.
    function epochOf(uint64 number) external view returns (Epoch memory) {
        return _epochs[number];
    }

    /// @notice Number of the epoch that waits for acceptance, 0 for none.
    function pendingEpoch() public view returns (uint64) {
        uint64 next = acceptedEpoch + 1;
        return _epochs[next].validAt == 0 ? 0 : next;
    }

    /// @notice Number of the epoch in which receipts are being collected now.
    function currentEpoch() external view returns (uint64) {
        return pendingEpoch() == 0 ? acceptedEpoch + 1 : acceptedEpoch + 2;
    }

    /// @notice Tokens that the claims of all time may add up to: held now, or claimed before.
    function funded() public view returns (uint256) {
        return token.balanceOf(address(this)) + totalClaimed;
    }

    /// @notice keccak256(abi.encode(chain id, this contract, number, the fields of the proposal)).
    function hashEpoch(uint64 number, Proposal calldata proposal) public view returns (bytes32) {
        return _hashEpoch(number, _withValidAt(proposal, 0));
    }

    // ----------------------------------------------------------------- internal

    function _deposit(uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        _credit(msg.sender, amount, before);
    }

    /// @dev Refuses tokens that deliver less or more than was asked.
    function _credit(address account, uint256 amount, uint256 before) private {
        if (amount == 0) revert ZeroAmount();
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert UnsupportedToken(amount, received);
        emit Deposited(account, amount);
    }

    function _claim(address account, address to, uint256 cumulative, bytes32[] calldata proof) private {
        if (to == address(0) || to == address(this)) revert BadRecipient(to);
        Epoch storage epoch = _accepted(acceptedEpoch);
        _checkLeaf(epoch.balancesRoot, _accountLeaf(account, cumulative), proof);
        uint256 paid = claimed[account];
        if (cumulative <= paid) revert NothingToClaim(account, cumulative, paid);
        uint256 amount = cumulative - paid;
        uint256 total = totalClaimed + amount;
        if (total > epoch.totalCumulative) revert BeyondAccepted(total, epoch.totalCumulative);
        claimed[account] = cumulative;
        // Fits: it is at most `totalCumulative`, a uint128.
        totalClaimed = uint128(total);
        emit Claimed(account, amount);
        token.safeTransfer(to, amount);
    }

    function _accepted(uint64 number) private view returns (Epoch storage) {
        if (number == 0 || number > acceptedEpoch) revert NotAccepted(number);
        return _epochs[number];
    }

    function _pending(uint64 number) private view returns (Epoch memory epoch) {
        if (number != acceptedEpoch + 1) revert NothingPending(number);
        epoch = _epochs[number];
        if (epoch.validAt == 0) revert NothingPending(number);
    }

    function _checkFunded(uint256 total) private view {
        uint256 funds = funded();
        if (total > funds) revert TotalUnfunded(total, funds);
    }

    function _checkLeaf(bytes32 root, bytes32 leaf, bytes32[] calldata proof) private pure {
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert BadProof();
    }

    function _accountLeaf(address account, uint256 amount) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(bytes32(uint256(uint160(account))), amount))));
    }

    function _withValidAt(Proposal calldata p, uint64 validAt) private pure returns (Epoch memory) {
        return Epoch(
            p.previousHash,
            p.receiptsRoot,
            p.balancesRoot,
            p.payersRoot,
            p.bundleHash,
            p.totalCumulative,
            p.receiptCount,
            validAt
        );
    }

    /// @dev Leaves `validAt` out, so that the hash is known before the proposal is mined.
    function _hashEpoch(uint64 number, Epoch memory e) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                block.chainid,
                address(this),
                number,
                e.previousHash,
                e.receiptsRoot,
                e.balancesRoot,
                e.payersRoot,
                e.bundleHash,
                e.totalCumulative,
                e.receiptCount
            )
        );
    }
}
