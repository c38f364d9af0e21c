// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Commitments} from "./Commitments.sol";
import {Escrows} from "./Escrows.sol";
import {Payouts} from "./Payouts.sol";
import {Slugs} from "./Slugs.sol";

/// @title Registry: who registered what, in which order, and who is paid for it.
/// @notice One contract for Datanets, models, adapters and agents. Texts stay off chain; their
/// keccak-256 hashes, their payees and their order are here, and the order is what makes one text
/// older than another. Nothing is upgradeable and no entry changes its owner.
/// @dev Readers live on the events; storage holds only what a later call must check.
contract Registry is EIP712, Commitments, Escrows, Payouts {
    /// @notice What an entry describes. Only Datanets take contributions.
    enum Kind {
        Datanet,
        Model,
        Adapter,
        Agent
    }

    /// @notice Frozen and Retracted refuse contributions and versions; both can be taken back.
    enum Status {
        Active,
        Frozen,
        Retracted
    }

    /// @notice One share of a contribution. `payee` is an address left-padded to 32 bytes, or an
    /// escrow identity (see `escrowPayee`). `ppm` is in millionths.
    struct Payee {
        bytes32 payee;
        uint32 ppm;
    }

    /// @notice One text to contribute.
    /// @param contentHash keccak-256 of the bytes of the text.
    /// @param uri Where the bytes can be fetched; may be empty.
    /// @param size Length of the text in bytes.
    /// @param supersedes Content hash of the live text that this one replaces, or 0.
    /// @param payees Sorted strictly ascending by `payee`; the ppm sum to 1 000 000.
    /// @param salt Opens the sender's commitment (see `commitmentOf`), or 0 for none.
    struct Item {
        bytes32 contentHash;
        string uri;
        uint64 size;
        bytes32 supersedes;
        Payee[] payees;
        bytes32 salt;
    }

    /// @notice A registered entry. Versions count from 1; `current` is 0 before the first.
    struct Entry {
        address owner;
        Kind kind;
        Status status;
        bool open;
        uint32 published;
        uint32 current;
    }

    /// @notice Most payees one contribution may list.
    uint256 public constant MAX_PAYEES = 128;
    /// @notice What the ppm of one contribution sum to.
    uint256 public constant TOTAL_PPM = 1_000_000;
    /// @notice Longest uri, in bytes.
    uint256 public constant MAX_URI = 2048;
    /// @notice EIP-712 type that a payee signs when somebody else names it.
    bytes32 public constant CONSENT_TYPEHASH = keccak256(
        "Consent(bytes32 id,bytes32 contentHash,address sender,Payee[] payees,uint256 deadline)Payee(bytes32 payee,uint32 ppm)"
    );
    /// @notice EIP-712 type of one payee inside a consent.
    bytes32 public constant PAYEE_TYPEHASH = keccak256("Payee(bytes32 payee,uint32 ppm)");

    mapping(bytes32 id => Entry) private _entries;
    /// @notice Accounts that the owner lets contribute to a Datanet that is not open.
    mapping(bytes32 id => mapping(address account => bool)) public allowed;
    /// @notice Sender of a live contribution; zero when there is none.
    mapping(bytes32 id => mapping(bytes32 contentHash => address)) public contributorOf;
    /// @notice Where readers of an entry should go instead; they follow one hop only.
    mapping(bytes32 id => bytes32) public redirectOf;

    // Frozen events: the indexer lives on their names, arguments and order.
    /// @notice A new entry; it is Active.
    event Created(bytes32 indexed id, Kind indexed kind, address indexed owner, string slug);
    /// @notice A new version, which is current from now on.
    event VersionPublished(
        bytes32 indexed id, uint32 indexed version, bytes32 root, bytes32 manifestHash, bytes32 licenceHash, string uri
    );
    /// @notice A text; if `supersedes` is not 0, that one is no longer live.
    event Contributed(
        bytes32 indexed id,
        bytes32 indexed contentHash,
        address indexed sender,
        string uri,
        uint64 size,
        bytes32 supersedes,
        Payee[] payees
    );
    /// @notice A text was taken down and is no longer live.
    event Removed(bytes32 indexed id, bytes32 indexed contentHash, bytes32 reasonHash);
    /// @notice An entry was frozen, retracted, or reactivated.
    event StatusChanged(bytes32 indexed id, Status status);
    /// @notice An entry's current version moved to one published before.
    event RolledBack(bytes32 indexed id, uint32 indexed version);
    /// @notice Readers of `id` should go to `to`; 0 takes that back.
    event Redirected(bytes32 indexed id, bytes32 indexed to);

    // Additional events.
    /// @notice Whether anyone may contribute to a Datanet; emitted at its creation too.
    event OpenSet(bytes32 indexed id, bool open);
    /// @notice Whether `account` may contribute to a Datanet that is not open.
    event AllowedSet(bytes32 indexed id, address indexed account, bool allowed);

    error EntryExists(bytes32 id);
    error UnknownEntry(bytes32 id);
    error NotDatanet(bytes32 id);
    error NotOwner(bytes32 id, address sender);
    error NotAllowed(bytes32 id, address sender);
    error NotActive(bytes32 id, Status status);
    error NoChange(bytes32 id);
    error VersionMismatch(bytes32 id, uint32 expected, uint32 published);
    error UnknownVersion(bytes32 id, uint32 version);
    error NoItems();
    error BadItem(bytes32 contentHash);
    error UriTooLong(bytes32 contentHash, uint256 length);
    error AlreadyContributed(bytes32 id, bytes32 contentHash);
    error NotContributed(bytes32 id, bytes32 contentHash);
    error PayeeCount(bytes32 contentHash, uint256 count);
    error PayeesNotSorted(bytes32 contentHash, uint256 index);
    error ZeroShare(bytes32 contentHash, bytes32 payee);
    error PpmSum(bytes32 contentHash, uint256 sum);
    error ConsentMissing(bytes32 contentHash, address payee);
    error ConsentInvalid(bytes32 contentHash, address payee);
    error ConsentExpired(uint256 deadline);
    error ConsentCount(uint256 given, uint256 needed);
    error BadRedirect(bytes32 id, bytes32 to);
    error BadConstructor();

    /// @param guardian_ Who may cancel a challenged escrow assignment besides the Datanet's owner.
    /// @param escrowDelay_ Seconds, 30 days in production; 0 is refused.
    /// @param payoutDelay_ Seconds; 0 is refused.
    constructor(address guardian_, uint64 escrowDelay_, uint64 payoutDelay_)
        EIP712("Footnote Registry", "1")
        Escrows(guardian_, escrowDelay_)
        Payouts(payoutDelay_)
    {
        if (guardian_ == address(0) || escrowDelay_ == 0 || payoutDelay_ == 0) revert BadConstructor();
    }

    // ------------------------------------------------------------------ entries

    /// @notice Register an entry owned by the sender.
    /// @param slug 1 to 64 of a–z, 0–9 and inner hyphens; unique per owner and kind.
    /// @param open Whether anyone may contribute; must be false for anything but a Datanet.
    /// @return id keccak256(abi.encode(kind, owner, slug)).
    function create(Kind kind, string calldata slug, bool open) external returns (bytes32 id) {
        Slugs.check(slug);
        id = entryId(kind, msg.sender, slug);
        if (_entries[id].owner != address(0)) revert EntryExists(id);
        if (open && kind != Kind.Datanet) revert NotDatanet(id);
        _entries[id] = Entry(msg.sender, kind, Status.Active, open, 0, 0);
        emit Created(id, kind, msg.sender, slug);
        if (kind == Kind.Datanet) emit OpenSet(id, open);
    }

    /// @notice Publish the version after `expectedVersion`, which must be the newest published one
    /// (0 for none), so that a replayed or late transaction is refused. It becomes current.
    function publishVersion(
        bytes32 id,
        uint32 expectedVersion,
        bytes32 root,
        bytes32 manifestHash,
        bytes32 licenceHash,
        string calldata uri
    ) external {
        Entry storage entry = _owned(id);
        if (entry.status != Status.Active) revert NotActive(id, entry.status);
        if (bytes(uri).length > MAX_URI) revert UriTooLong(root, bytes(uri).length);
        uint32 published = entry.published;
        if (published != expectedVersion) revert VersionMismatch(id, expectedVersion, published);
        uint32 version = published + 1;
        entry.published = version;
        entry.current = version;
        emit VersionPublished(id, version, root, manifestHash, licenceHash, uri);
    }

    /// @notice Move the current version to an older or newer published one; deletes nothing and is
    /// possible in every status.
    function rollback(bytes32 id, uint32 version) external {
        Entry storage entry = _owned(id);
        if (version == 0 || version > entry.published) revert UnknownVersion(id, version);
        if (version == entry.current) revert NoChange(id);
        entry.current = version;
        emit RolledBack(id, version);
    }

    /// @notice Freeze, retract, or reactivate an entry.
    function setStatus(bytes32 id, Status status) external {
        Entry storage entry = _owned(id);
        if (entry.status == status) revert NoChange(id);
        entry.status = status;
        emit StatusChanged(id, status);
    }

    /// @notice Send readers of `id` to `to`, or nowhere with 0. `to` must be of the same kind, not
    /// retracted and not itself redirected; readers follow one hop and no further.
    function redirect(bytes32 id, bytes32 to) external {
        Entry storage entry = _owned(id);
        if (to == redirectOf[id]) revert NoChange(id);
        if (to != 0) {
            Entry storage target = _known(to);
            bool fits = to != id && target.kind == entry.kind && target.status != Status.Retracted;
            if (!fits || redirectOf[to] != 0) revert BadRedirect(id, to);
        }
        redirectOf[id] = to;
        emit Redirected(id, to);
    }

    /// @notice Open a Datanet to everyone, or close it to the owner and the allowed accounts.
    function setOpen(bytes32 id, bool open) external {
        Entry storage entry = _owned(id);
        if (entry.kind != Kind.Datanet) revert NotDatanet(id);
        if (entry.open == open) revert NoChange(id);
        entry.open = open;
        emit OpenSet(id, open);
    }

    /// @notice Let `account` contribute to a Datanet that is not open, or stop it.
    function setAllowed(bytes32 id, address account, bool value) external {
        _checkDatanetOwner(id);
        if (allowed[id][account] == value) revert NoChange(id);
        allowed[id][account] = value;
        emit AllowedSet(id, account, value);
    }

    // ------------------------------------------------------------ contributions

    /// @notice Contribute texts whose payees are the sender and escrow identities.
    function contribute(bytes32 id, Item[] calldata items) external {
        _checkContributor(id);
        if (items.length == 0) revert NoItems();
        for (uint256 i = 0; i < items.length; ++i) {
            address stranger = _checkPayees(items[i]);
            if (stranger != address(0)) revert ConsentMissing(items[i].contentHash, stranger);
            _contribute(id, items[i]);
        }
    }

    /// @notice Contribute texts whose payees include other addresses, with their consent.
    /// @param signatures For each item, in the order of its payees, one EIP-712 `Consent` (ERC-1271
    /// accepted) of every payee that is an address and not the sender.
    /// @param deadline Unix time until which all the consents hold; it is part of what is signed.
    function contributeFor(bytes32 id, Item[] calldata items, bytes[][] calldata signatures, uint256 deadline)
        external
    {
        _checkContributor(id);
        if (items.length == 0) revert NoItems();
        if (signatures.length != items.length) revert ConsentCount(signatures.length, items.length);
        if (block.timestamp > deadline) revert ConsentExpired(deadline);
        for (uint256 i = 0; i < items.length; ++i) {
            _checkPayees(items[i]);
            _checkConsents(id, items[i], signatures[i], deadline);
            _contribute(id, items[i]);
        }
    }

    /// @notice Take a live contribution down; possible in every status, for the owner of the
    /// Datanet and for the sender of the contribution.
    /// @param reasonHash keccak-256 of a published statement of the reason.
    function remove(bytes32 id, bytes32 contentHash, bytes32 reasonHash) external {
        address contributor = contributorOf[id][contentHash];
        if (contributor == address(0)) revert NotContributed(id, contentHash);
        if (msg.sender != contributor && msg.sender != _entries[id].owner) revert NotOwner(id, msg.sender);
        delete contributorOf[id][contentHash];
        emit Removed(id, contentHash, reasonHash);
    }

    // -------------------------------------------------------------------- views

    /// @notice The id of an entry, registered or not.
    function entryId(Kind kind, address owner, string calldata slug) public pure returns (bytes32) {
        return keccak256(abi.encode(kind, owner, slug));
    }

    /// @notice A registered entry; reverts for an unknown id.
    function entryOf(bytes32 id) external view returns (Entry memory) {
        return _known(id);
    }

    /// @notice The EIP-712 digest that a payee signs to be named by `sender`.
    function consentDigest(
        bytes32 id,
        bytes32 contentHash,
        address sender,
        Payee[] calldata payees,
        uint256 deadline
    ) public view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](payees.length);
        for (uint256 i = 0; i < payees.length; ++i) {
            hashes[i] = keccak256(abi.encode(PAYEE_TYPEHASH, payees[i].payee, payees[i].ppm));
        }
        bytes32 payeesHash = keccak256(abi.encodePacked(hashes));
        return _hashTypedDataV4(
            keccak256(abi.encode(CONSENT_TYPEHASH, id, contentHash, sender, payeesHash, deadline))
        );
    }

    // ----------------------------------------------------------------- internal

    function _known(bytes32 id) private view returns (Entry storage entry) {
        entry = _entries[id];
        if (entry.owner == address(0)) revert UnknownEntry(id);
    }

    function _owned(bytes32 id) private view returns (Entry storage entry) {
        entry = _known(id);
        if (entry.owner != msg.sender) revert NotOwner(id, msg.sender);
    }

    function _checkDatanetOwner(bytes32 datanet) internal view override {
        if (_owned(datanet).kind != Kind.Datanet) revert NotDatanet(datanet);
    }

    function _checkContributor(bytes32 id) private view {
        Entry storage entry = _known(id);
        if (entry.kind != Kind.Datanet) revert NotDatanet(id);
        if (entry.status != Status.Active) revert NotActive(id, entry.status);
        bool may = entry.open || entry.owner == msg.sender || allowed[id][msg.sender];
        if (!may) revert NotAllowed(id, msg.sender);
    }

    /// @dev Everything about an item but its payees.
    function _contribute(bytes32 id, Item calldata item) private {
        bytes32 contentHash = item.contentHash;
        if (contentHash == 0 || item.size == 0) revert BadItem(contentHash);
        if (bytes(item.uri).length > MAX_URI) revert UriTooLong(contentHash, bytes(item.uri).length);
        if (contributorOf[id][contentHash] != address(0)) revert AlreadyContributed(id, contentHash);
        contributorOf[id][contentHash] = msg.sender;
        if (item.supersedes != 0) _supersede(id, item);
        if (item.salt != 0) _reveal(id, contentHash, item.salt);
        emit Contributed(id, contentHash, msg.sender, item.uri, item.size, item.supersedes, item.payees);
    }

    /// @dev Only who sent a text, or the owner of the Datanet, may replace it.
    function _supersede(bytes32 id, Item calldata item) private {
        bytes32 old = item.supersedes;
        address contributor = contributorOf[id][old];
        if (contributor == address(0) || old == item.contentHash) revert NotContributed(id, old);
        if (msg.sender != contributor && msg.sender != _entries[id].owner) revert NotOwner(id, msg.sender);
        delete contributorOf[id][old];
    }

    /// @return stranger The first payee that is an address other than the sender, or zero.
    function _checkPayees(Item calldata item) private view returns (address stranger) {
        Payee[] calldata payees = item.payees;
        if (payees.length == 0 || payees.length > MAX_PAYEES) revert PayeeCount(item.contentHash, payees.length);
        bytes32 previous = 0;
        uint256 sum = 0;
        for (uint256 i = 0; i < payees.length; ++i) {
            bytes32 payee = payees[i].payee;
            if (payee <= previous) revert PayeesNotSorted(item.contentHash, i);
            if (payees[i].ppm == 0) revert ZeroShare(item.contentHash, payee);
            if (stranger == address(0) && _needsConsent(payee)) stranger = address(uint160(uint256(payee)));
            sum += payees[i].ppm;
            previous = payee;
        }
        if (sum != TOTAL_PPM) revert PpmSum(item.contentHash, sum);
    }

    function _checkConsents(bytes32 id, Item calldata item, bytes[] calldata signatures, uint256 deadline)
        private
        view
    {
        bytes32 digest = consentDigest(id, item.contentHash, msg.sender, item.payees, deadline);
        uint256 used = 0;
        for (uint256 i = 0; i < item.payees.length; ++i) {
            bytes32 payee = item.payees[i].payee;
            if (!_needsConsent(payee)) continue;
            address account = address(uint160(uint256(payee)));
            if (used == signatures.length) revert ConsentMissing(item.contentHash, account);
            if (!SignatureChecker.isValidSignatureNowCalldata(account, digest, signatures[used])) {
                revert ConsentInvalid(item.contentHash, account);
            }
            ++used;
        }
        if (used != signatures.length) revert ConsentCount(signatures.length, used);
    }

    /// @dev 32-byte values whose high 12 bytes are zero are addresses; all others are escrow.
    function _needsConsent(bytes32 payee) private view returns (bool) {
        return uint256(payee) >> 160 == 0 && address(uint160(uint256(payee))) != msg.sender;
    }
}
