# 简体中文。

language-name = 中文
language-direction = ltr
number-decimal = .
number-group = ,
percent = { $n }%
percent-below-one = <1%
milliseconds = { $n } 毫秒
seconds = { $n } 秒
month = { $count ->
   *[other] { $count }
 }
day = { $year }年{ $month }月{ $day }日
date = { $year }年{ $month }月{ $day }日 { $time } UTC
list-separator = 、

texts = { $count ->
   *[other] { $n } 篇文本
 }
contributors = { $count ->
   *[other] { $n } 位贡献者
 }
datanets = { $count ->
   *[other] { $n } 个 Datanet
 }
passages = { $count ->
   *[other] { $n } 个段落
 }
more-passages = { $count ->
   *[other] 另外 { $n } 个段落
 }
unused-passages = { $count ->
   *[other] 另读了 { $n } 个段落，未采用
 }

skip = 跳到正文
places = 导航
place-ask = 提问
place-search = 搜索
place-datanets = Datanet
place-history = 历史
place-earnings = 收益
tariff = 每次回答 <b>{ $price } { $currency }</b>
colophon = 每句话都与支持它的文本相连，写下这些文本的人因此得到报酬。
what-is-covered = 涵盖内容
who-earns = 谁获得收益
language-switch = 语言
quick = 快速
deep = 深入
price-at-most = 最多 { $amount }
about = 约 { $time }
under-a-second = 不到一秒
sign-in = 登录
sign-out = 退出
ask-button = 提问
invitation = 提一个问题
invitation-follow-up = 继续提问

ask-title = 提问
ask-heading-footnote = 请提问。回答中的每句话都有脚注，
ask-heading-pays = 每个脚注都付酬给它的作者。
ask-note-label = 注 { $n }
ask-note-back = 返回注 { $n }
ask-note-opens = 它会打开这句话所依据的文本，并定位到那一段。
ask-note-pays = 一次回答的价格是 { $price } { $currency }，按每句话的贡献分给作者。没有来源支持的部分不收费；没有回答就不收费。
ask-placeholder = 您想知道什么？
ask-label = 您的问题
ask-choice = 仅在这些 Datanet 中；不选则为全部
ask-not-ready = 索引仍在建立中，稍后即可提问；各 Datanet 的页面显示进度。
ask-nothing = 还没有任何 Datanet 被索引。一旦有文本在链上登记并被索引，就可以在这里提问。
ask-what = 可以问什么

answer-sources = 来源
answer-nearest = 最接近的段落
answer-next = 接着问
answer-unsupported = 没有来源支持这句话
answer-unsupported-note = 没有来源支持这句话，其对应的价格未收取。
answer-source = 来源 { $n }：{ $title }
answer-price = 价格 <b>{ $amount }</b>
answer-refunded = 退还 <b>{ $amount }</b>
answer-charged = 收取 <b>{ $amount } { $currency }</b>
answer-to = 付给 <b>{ $contributors }</b>
answer-receipt = 收据
answer-verify = 验证
answer-copy = 复制
answer-copy-sources = 连同来源复制
answer-copy-link = 复制链接
answer-copied = 已复制
answer-copy-refused = 浏览器不允许复制
answer-refused = 这里没有来源能回答这个问题。
answer-refused-why = { $count ->
   *[other] 已搜索 { $n } 个 Datanet。
 } 下面列出与问题最接近的内容；它们都不能回答这个问题，所以没有写下任何内容，而不是编造一个答案。
answer-too-little = 来源对这个回答的支持太少。
answer-too-little-why = 标有 <span class="fn none" aria-hidden="true">†</span> 的句子没有任何段落支持，请勿依赖。
answer-went-back = 预留的 { $amount } 已退回
answer-searched = 搜索了 <b>{ $datanets }</b>
answer-read = 阅读了 <b>{ $passages }</b>
answer-answered-in = 回答用时
answer-done-in = 完成用时
answer-found-after = 找到段落用时
answer-read-after = 读完来源用时
answer-first-after = 第一句用时
answer-last-after = 最后一句用时
answer-by = 撰写者
answer-adapter = 所用适配器
answer-adapter-leads = 指向 { $alias }
answer-adapter-version = 版本 { $version }
answer-adapter-own = 该 Datanet 自有
answer-asked = 提问时间
answer-index = 索引
answer-near = 接近度 { $part }
answer-wording = 措辞
answer-meaning = 含义
answer-open = 打开段落
answer-no-source = 无来源
answer-shares = 回答的份额：{ $parts }
answer-supports = { $count ->
   *[other] 支持 { $n } 句中的 { $part } 句
 }
answer-no-author = 未署名
answer-two-authors = { $one }和{ $other }
answer-more-authors = { $one }等另外 { $n } 人
answer-title-running = 正在回答
answer-running = 正在回答您的问题
answer-beginning = 开始
answer-searching = 正在搜索 { $datanets }
answer-reading = 正在阅读 { $passages }
answer-reading-heading = 正在阅读
answer-reloads = 本页会自动刷新，直到回答出现。
answer-not = 未回答
answer-given-up = 这个问题的回答已放弃。
answer-given-back = 为它预留的金额已退回；未收取任何费用。
ask-again = 再问一次
see-what-is-covered = 查看涵盖内容

document-found = 前往被引用的段落
document-not-found = 所要的段落不在这篇文本中；以下是全文。
document-about = 关于这篇文本
document-written-by = 作者
document-escrow = 尚无地址，暂存托管
document-copied = { $count ->
   *[other] <b class="num">{ $n } 句中有 { $part } 句</b>出自更早的文本。它们的收益归那些文本的作者，不归此处。
 }
on-record = 登记信息
record-datanet = Datanet
record-licence = 许可
record-created = 申报的写作时间
record-block = 登记区块
record-source = 首次发表
record-replaces = 取代
record-hash = 内容哈希

datanets-title = Datanet
datanets-lead = 文本的集合，在链上登记，并写明因此得到报酬的人。
datanets-none = 还没有任何 Datanet 被索引。读完链上内容后会显示在这里。
figure-texts = 文本
figure-contributors = 贡献者
figure-language = 语言
figure-version = 版本
figure-licence = 许可
datanet-more-authors = {" "}等另外 { $n } 人
datanet-copied = { $n } 句中有 { $part } 句出自更早的文本
datanet-first = 共 { $n } 篇，这里是最早的 { $part } 篇。提问即可找到其余的。
datanet-about = 关于这个 Datanet
datanet-ask = 向它提问
datanet-paid = 因此得到报酬的人
escrow = 托管
record-slug = 短名
record-version = 版本
record-id = 链上标识

earnings-title = 收益
earnings-lead = 其文本支持了收费回答的所有人，以及平台，和他们由此获得的收益。
earnings-nobody = 还没有人获得收益。<a href="/">提一个问题</a>，写下回答依据的人片刻之后就会出现在这里。
earnings-contributor = 贡献者
earnings-compared = 比较
earnings-earned = 已获得
earnings-by-guests = 来自访客提问
earnings-paid-out = 已支付
held-in-escrow = 暂存托管
earnings-note = 所有金额单位为 { $currency }。访客的提问由运营者付费，计入报酬但不计入排名。
earnings-dev = 这是开发链：打开任一贡献者即可为其领取。
contributor-claimed = 已在链上向此地址支付 { $amount } { $currency }。
contributor-held = 托管中
contributor-escrow = 这位作者在链上还没有地址。其文本的收益逐次记在这里并单独留存，不属于任何其他人。Datanet 的所有者指定地址后，若三十天内无人异议，全部金额即可支付到该地址。
contributor-estimated = 预计
contributor-final = 确定
contributor-payable = 可领取
contributor-paid = 已支付
contributor-epoch-open = 在未关闭的第 { $n } 期
contributor-epoch-unnamed = 在未关闭的一期
contributor-challenge = 可质疑至 { $date }
contributor-epoch-closed = 第 { $n } 期已关闭，尚未上链
contributor-no-epoch = 没有等待中的一期
contributor-accepted = 于 { $date } 被接受
contributor-none-accepted = 尚无被接受的
contributor-on-chain = 已在链上领取
contributor-claim = 领取
contributor-by-text = 按文本
contributor-nothing = 还没有。收费的回答以某篇文本为依据时，该文本便获得收益。
contributor-text = 文本
contributor-answers = 回答
contributor-per-thousand = 每 { $n } 次
contributor-lines = 逐条明细
contributor-line-text = <a href="/documents/{ $document }">{ $text }</a> 的段落支持了一次回答
contributor-line-role = 一次回答中{ $what }
contributor-line-guest = ，由访客提问
contributor-why = 为何是这个数额
contributor-no-text = 不属于某篇文本
part-platform = 平台的部分
part-adapter = 因作为适配器撰写
part-stakers = 质押者的部分
part-treasury = 没有来源支持的部分
stage-estimated = 预计
stage-final = 确定
stage-accepted = 已接受

receipt-title = 收据
receipt-heading = 一次回答支付了什么
receipt-eyebrow = 收据 { $n } · 第 { $epoch } 期
receipt-paid = 支付明细
receipt-held = 搜索前预留
receipt-gross = 按价目计算的价格
receipt-released = 多预留的部分，当即退回
receipt-refunded = 退还：回答的 { $percent } 没有来源
receipt-charged = 收取
receipt-by-balance = 从提问者的余额
receipt-by-promotion = 由运营者为访客支付
receipt-by-x402 = 为这一个问题单独付款
receipt-where = 去向
receipt-in-escrow = ，暂存托管
receipt-together = 合计
receipt-why = 为何如此分配
receipt-why-meaning = 回答中的每句话都有权重。对每句话，都把每个来源的措辞和含义与之比较；<i>支持度</i>就是比较的结果，份额只由支持度和权重得出。
receipt-why-wording = 回答中的每句话都有权重。对每句话，都把每个来源的措辞与之比较；<i>支持度</i>就是比较的结果，份额只由支持度和权重得出。
receipt-sentence = 句子
receipt-weight = 权重
receipt-wording = 措辞
receipt-meaning = 含义
receipt-support = 支持度
receipt-unpaid = 被找到而未付酬
receipt-unpaid-note = 被找到不付酬；支撑回答才付酬。文本按搜索的次序排列。
receipt-check = 核对
receipt-verify = 自行验证
receipt-verify-lead = 仅凭收据就能重新计算每个份额和每一行，不需要我们，也不需要网络。
receipt-download = 下载收据
receipt-verify-note = 它会打印重新计算的每一行；若有字段被改动，会指出是哪一个。
receipt-hash = 收据哈希
receipt-signer = 签名者
receipt-signature = 签名
receipt-previous = 上一张收据
receipt-request = 提问的加盐哈希
receipt-answer = 回答的加盐哈希
receipt-index = 索引
receipt-attribution = 归属算法
receipt-backend = 撰写者
receipt-settles = 结算所在的链
receipt-for = 因{ $text }
role-platform = 平台
role-stakers = 质押者
role-treasury = 金库
why-platform = 因运行服务
why-adapter = 因作为适配器 { $adapters } 撰写答案
why-stakers = 因保护网络
why-treasury = 因没有来源支持的部分

error-nothing-here = 这里什么也没有
error-purse = 余额已空
error-not-from-here = 不能从这里进行
error-nothing-due = 没有可支付的
error-not-now = 暂时不行
error-broke = 我们这边出了问题
error-unreadable = 无法读取
error-footnote = 未收取任何费用，也没有丢失任何东西。
error-ask = 提一个问题
missing-answer = 这里没有回答；它可能已被删除，或者地址没有复制完整。
missing-text = 这里没有文本；它可能已被删除，或者地址没有复制完整。
missing-receipt = 这里没有收据；它可能已被删除，或者地址没有复制完整。
missing-datanet = 这里没有 Datanet；它可能已被删除，或者地址没有复制完整。
missing-contributor = 这里没有贡献者；可能尚无收益，或者地址没有复制完整。
missing-page = 这里没有页面；它可能已被删除，或者地址没有复制完整。
problem-address = 这个地址已损坏；可能没有复制完整。
problem-unreadable = 无法读取所发送的内容：{ $reason }。请返回、改正后重新发送。
problem-method = 这里不能用 { $method }；请用 { $methods }。
problem-csrf = 这个表单是在另一个浏览器中打开的，或者打开得太久了；请刷新页面后重新发送。
problem-claim-development = 只有开发链才能用按钮领取；在其他链上，贡献者用自己的钱包领取。
problem-claim-sample = 这里只能为示例贡献者领取；其他人用自己的钱包领取。
problem-claim-nothing = 还没有可领取的金额；该期在链上被接受后即可领取。
problem-claim-failed = 领取没有成功；没有丢失任何东西，请一分钟后再试。
problem-away = 服务的一部分暂时无法访问；没有丢失任何东西，请一分钟后再试。
problem-question-empty = 问题是空的；请写几个字。
problem-question-long = 问题有 { $given } 个字符，最多 { $most } 个；请问得短一些。
problem-question-binary = 问题中有不是文字的字符（例如 { $character }）；请发送纯文本。
problem-unknown-datanet = 没有名为“{ $name }”的 Datanet；Datanet 页面列出了现有的。
problem-ambiguous-datanet = 有多个 Datanet 名为“{ $name }”；请用标识指定：{ $one } 或 { $other }。
problem-unknown-model = 没有名为“{ $name }”的模型。可用的模型列在 /v1/models。
problem-too-many-adapters = { $count ->
   *[other] 一个答案最多由 { $n } 个适配器共同撰写；请少选几个。
 }
problem-adapter-unavailable = 所要的适配器现在无法作答。未收取任何费用；请换一个，或不用适配器。
problem-adapters-busy = 适配器内存此刻已全部占用。未收取任何费用；请几秒后再试。
problem-still-running = 这个问题正在回答中；请一秒后再问。
problem-not-ready = 索引仍在建立中；请稍后再试。
problem-busy = { $count ->
   *[other] 现在正在撰写的回答太多；请 { $n } 秒后再试。
 }
problem-too-many = { $count ->
   *[other] 您已有 { $n } 个问题正在回答；请等其中一个完成后再问。
 }
problem-too-often = { $count ->
   *[other] 一分钟内的请求太多；请 { $n } 秒后再来。
 }
problem-key-cap = 今天的额度已用完；请明天再来。
problem-key-revoked = 此密钥已被撤销；请在密钥页面另建一个。
problem-model-away = 模型此刻没有响应；没有收费。请一分钟后再试。
problem-model-long = 问题和来源对模型来说太长；没有收费。请问得更具体一些。
problem-date = 日期写作 年-月-日，例如 2025-01-31。
problem-contributor = 这不是贡献者；请写 0x 加 64 位数字，或 40 位的地址。
problem-filter = 有一个筛选条件无法理解；请去掉它或另选一个。
problem-cap = 今天的免费回答已用完；请用有余额的账户登录，或明天再来。
problem-funds = 账户有 { $available } { $currency }，一次回答需要 { $needed }；请先充值。
problem-key-reused = 这个表单之前已用于另一个问题；请刷新页面后重新提问。
problem-timed-out = 回答用时过长，已放弃；未收取任何费用。
problem-ledger = 账簿没有响应；没有记录的就不收费。请一分钟后再试。
problem-index = 无法读取索引；未收取任何费用。请一分钟后再试。
problem-backend = 无法写出回答；未收取任何费用。请一分钟后再试。
problem-broken = 内部检查失败；未收取任何费用，运营者可在日志中看到。
problem-lost = 回答中断了；未收取任何费用。请再问一次。

# 搜索。
search-title = 搜索
search-heading = 搜索文本
search-placeholder = 词语，或“完整短语”
search-label = 搜索内容
search-button = 搜索
search-language = 语言
search-any-language = 不限
search-hint = 词语按其各种形式匹配；模型懂该语言时，也按含义匹配。把词语放在<b>“引号”</b>中可原样查找。搜索免费。
search-nothing = 这里没有符合这些词语的内容。
search-nothing-next = 请减少或更换词语，去掉引号，或在所有 Datanet 中查找。
search-hits = { $count ->
   *[other] { $n } 个段落
 }
search-page = 第 { $n } 页，共 { $of } 页
search-ask = 把它作为问题提出
search-by-words = 按词语
search-by-meaning = 按含义
search-place = 第 { $n } 位
search-not-found = 未找到
search-cosine = 余弦 { $n }
search-joined = 合并得分
search-near = 接近度
search-explained = 次序依据两个列表的合并得分，该得分只相对于本次搜索。“接近度”表示该段落能够回答的可能性；二者都不决定报酬。
search-narrow = 缩小范围
search-from = 写于
search-to = 至
search-by = 贡献者
search-once = 每个所有者只列一条
search-words-alone = 仅按词语：模型不懂这种语言
search-partial = 这个短语太常见，没有查看所有位置
search-copy = 这段话见于更早的文本，收益归那篇文本。
search-same-owner = { $count ->
   *[other] 同一所有者还有 { $n } 个段落由此代表。
 }
search-pages = 结果页
search-earlier = 更好的结果
search-later = 更多结果

# 读者保留的内容。
answer-stop = 到此为止
answer-export = 导出
answer-print = 打印
export-price = 收取 { $amount } { $currency }
feedback-label = 您的看法
feedback-question = 这个回答好吗？
feedback-good = 好
feedback-bad = 不好
feedback-thanks = 谢谢。运营者可以看到。
feedback-why = 请简单说说哪里好、哪里不对。（会附上这个回答的地址。）
feedback-send = 发送
history-title = 历史
history-lead = 这个浏览器提过的问题。其他人看不到这个列表。
history-empty = 还没有。<a href="/">提一个问题</a>，它就会出现在这里。
history-refused = 没有来源能回答
history-unsupported = 支持太少
history-nothing = 已中断，未收费
history-deleted = 已删除
history-receipt-only = 只剩收据
history-change = 重命名或删除
history-name = 在此列表中的名称
history-save = 保存
history-delete-what = 将删除问题、回答、其中的引文、您起的名称和您的评价，对持有链接的人也一样。已支付的金额和收据保留：金额、收款人、引用了哪些段落，以及加盐哈希（其盐会被删除）。用于识别重复提交表单的哈希也保留。
history-delete = 删除文本
history-pages = 列表页
history-later = 更早的
history-note = 这个列表依赖本浏览器的一个 Cookie，保留 90 天。持有回答链接的人可以阅读，但不能更改任何内容。
history-lead-account = 您登录后提出的问题及其回答。别人看不到这个列表。
history-note-account = 列表属于您的账户。此浏览器以访客身份问过的内容，退出后会显示在这里。持有回答链接的人可以阅读，但不能更改。
deleted-heading = 这个回答已删除
deleted-lead = 提问者删除了它的文本。
deleted-receipt = 收据
deleted-kept = 已支付的仍然有效，收据仍可证明。
problem-stopped = 回答在第一句之前被停止；未收取任何费用。

# 数据。
stats-title = 数据
stats-lead = 这里有多少提问、花费多少、其中多少归文本的作者。数据来自账簿，不含任何问题或姓名。
stats-answers = 回答
stats-of-asked = 共 { $n } 个问题
stats-coverage = 覆盖率
stats-coverage-what = 的问题得到回答并归属来源
stats-fees = 收费
stats-paid-out = 归贡献者
stats-to-contributors = 归贡献者
stats-active-datanets = 30 天内有收益的 Datanet
stats-active-contributors = 30 天内有收益的贡献者
stats-documents = 索引中的文本
stats-answers-a-day = 每日提问
stats-fees-a-day = 每日收费
stats-chart-label = 按日的柱形图；数字见下表。
stats-answers-of-day = { $day }：{ $asked } 个中回答了 { $answered } 个
stats-money-of-day = { $day }：收取 { $charged } { $currency }，其中 { $contributors } 归贡献者
stats-key-answered = 已回答
stats-key-free = 未收费
stats-key-contributors = 归贡献者
stats-key-rest = 归其他
stats-as-table = 以表格显示
stats-day = 日期
stats-asked = 提问
stats-note = 日期为 UTC；金额单位为 { $currency }。<a href="/v1/stats">JSON 格式</a>。

# API 页面。
api-title = API
api-lead = 页面能做的一切，也提供给程序：可在此阅读并试用。
api-also = 同样内容的 <a href="/openapi.json">OpenAPI</a>；供语言模型使用的 <a href="/llms.txt">llms.txt</a>。任何 OpenAI 客户端把本站地址设为基础 URL、模型设为 <b>footnote</b> 即可使用。
api-body = 请求体
api-try = 发送
api-failed = 没有收到回应；网络是否中断？

account-title = 账户
account-yours = 您的账户
account-on-the-way = { $amount } { $currency } 正在路上：区块最终确定后即计入，只需几秒。
account-to-spend = 可用
account-reserved = 已预留
account-reserved-none = 没有正在撰写的回答
account-reserved-for = 用于正在撰写的回答
account-reserved-line = 为正在撰写的<a href="/answers/{ $answer }">一个回答</a>预留
account-held = 预留中
account-an-answer = 一个回答
account-at-most = 最高价；没有来源支持的部分会退回
account-movements = 全部收支
account-nothing-moved = 还没有收支。请先在下面充值，然后提问。
account-nothing-older = 没有更早的记录。
account-when = 时间
account-what = 事项
account-change = 变动
account-after = 变动后余额
account-older = 更早的收支
account-pay-in = 充值
account-pay-in-ten = 充值 10 { $currency }
account-pay-in-worthless = 开发链上没有价值的代币，为您铸造，并用您那把众所周知的密钥存入
account-pay-in-how = 任何钱包都可以：在链 { $chain } 上授权结算合约使用该金额，然后调用它的 <code>deposit(amount)</code>。区块最终确定后，金额计入发送它的账户。
account-signed-in = 已登录的浏览器
account-unnamed-browser = 没有说明身份的浏览器
account-this-browser = 此浏览器
account-last-seen = 最近一次 { $date }
movement-deposit = 链上充值
movement-in-block = 在区块 { $block }
movement-block-left = 它的区块已不在链上
movement-block-left-later = 它的区块后来离开了链
movement-taken-back = 充值撤回
movement-answer = 回答
movement-all-supported = 每句话都有来源支持
movement-held = 预留了 { $held }，退回了 { $back }
movement-no-charge = 未收费
movement-no-source = 没有来源能回答这个问题。
movement-too-little = 来源支持的部分太少。
movement-all-back = 预留的 { $held } 已退回。

sign-in-no-address = 地址是 0x 加 40 位数字或 a 到 f 的字母。
sign-in-sample = 以示例贡献者的身份
sign-in-sample-note = 这是开发链：它的密钥人人都知道，代币没有价值。点一下即可登录。
sign-in-own = 用您自己的账户
sign-in-closed = 这里暂时不能用消息登录：运营者需把 <code>server.public_url</code> 设为本服务的地址，这样为别的网站签名的消息就永远不能用在这里。
sign-in-sign-this = 请签名这条消息。不花钱，也不转移资金。
sign-in-message = 消息，十分钟内有效
sign-in-by-wallet = 用钱包签名
sign-in-use-wallet = 使用此浏览器的钱包
sign-in-refused = 没有签名。
sign-in-wallet-says = 钱包说：
sign-in-signature = 签名
sign-in-elsewhere = 此浏览器没有钱包时：可在别处用 <code>cast wallet sign</code> 签名。
sign-in-address = 地址
sign-in-get = 获取要签名的消息
sign-in-note = 登录后用自己的余额支付回答，并能看到自己文本的收益。不登录则以访客身份提问。
sign-in-unreadable = 这不是登录消息；请刷新页面，签名页面上显示的消息。
sign-in-wrong-domain = 这条消息是给 { $given } 的，而这里是 { $wanted }；如果是别的网站让您签名，那个网站想冒充您登录。
sign-in-wrong-page = 这条消息写的页面是 { $given }，而这里是 { $wanted }；请签名本页的消息。
sign-in-wrong-chain = 这条消息用于链 { $given }，而这里的账户在链 { $wanted } 上。
sign-in-unbounded = 消息必须在签发后 { $minutes } 分钟内过期。
sign-in-expired = 消息已过期；请刷新页面，签名新的消息。
sign-in-early = 消息尚未生效；您的时钟准吗？
sign-in-foreign = 这条消息不是为此浏览器生成的；请刷新页面，签名页面上显示的消息。
sign-in-forged = 签名不是 { $address } 的；请用消息里写的账户签名。
sign-in-no-signature = 这不是签名；签名是 0x 后面加偶数位数字。
sign-in-replayed = 这条消息已经用过；请刷新页面，签名新的消息。

keys-title = 密钥
keys-lead = 密钥让程序或网站以您的名义提问，从您的余额中支付，绝不超过您允许的范围。
keys-new = 您的新密钥
keys-once = 只显示这一次。
keys-public-note = 打开您页面的人都能看到它：它只能提问，只能来自您的网站，且不超过限额。
keys-secret-note = 请放在只有您的服务器能读到的地方。它绝不能出现在网页里。
keys-put = 把这段代码放在您网站的页面里要显示聊天的位置：
keys-frame = 或者用框架嵌入：
keys-try = 在这里试用
keys-try-note = 这就是聊天本身；提问的费用从您的余额支付。
keys-key = 密钥
keys-last-used = 最近使用
keys-cost-today = 今天的费用
keys-cost-sixty = 60 天的费用
keys-revoked = 已撤销
keys-no-site = 还没有网站
keys-never = 从未
keys-make = 创建密钥
keys-what-for = 用途
keys-site = 网站
keys-site-note = pk_：只能提问，来自您指定的页面，有限额
keys-server = 服务器
keys-server-note = sk_：您能做的一切；在浏览器中会被拒绝
keys-make-it = 创建密钥
keys-made = 创建于 { $date }
keys-used = 最近使用于 { $date }
keys-revoked-at = 已于 { $date } 撤销：它不再打开任何东西。
keys-usage = 用量与费用
keys-unused = 还没有用它提过问。
keys-charged = 已收费
keys-cost = 费用
keys-on-page = 在您的页面上
keys-on-page-note = 密钥只在创建时显示过一次；请把它放在 <code>pk_…{ $hint }</code> 的位置。
keys-terms = 它可以做什么
keys-keep = 保存
keys-revoke = 撤销
keys-revoke-it = 撤销这个密钥
keys-revoke-note = 此后它不再打开任何东西；无法恢复
keys-name = 名称
keys-name-example = 商店的帮助页面
keys-sites = 可以使用它的网站，每行一个
keys-sites-note = 在您填写之前没有
keys-per-day = 每天最多
keys-per-address = 每个网络地址
keys-per-visitor = 每位访客
keys-a-day = 每天 { $currency }
keys-over-limit = 达到限额时访客看到的话
keys-over-limit-example = 今天的额度已用完；请明天再来。
missing-key = 这里没有您的密钥；可能地址没有复制完整。
problem-too-many-keys = { $count ->
   *[other] 一个账户最多有 { $n } 个密钥；请撤销一个不再使用的。
 }
terms-text = { $count ->
   *[other] 名称和文字各为一行，最多 { $n } 个字符。
 }
terms-nameless = 请给密钥起个名字，以便日后知道它用在哪里。
terms-origin = “{ $given }”不是网站；请写成 https://example.org，不带路径。
terms-origins = 一个密钥不能用于这么多网站；其余的请另建一个。
terms-secret = 私密密钥不用于页面：请把网站留空，或创建公开密钥。
terms-amount = “{ $given }”不是代币数量；请写成 0.5。
terms-uncapped = 公开密钥需要每天、每个地址和每位访客的限额。

days-title = 按日
days-chart = 从 { $first } 到 { $last } 每天的收益，最多 { $most } { $currency }；下面的表格有全部数字。
days-most = 每天最多 { $most } { $currency }
days-table = 以表格显示
days-day = 日期 (UTC)
days-statement = 逐笔明细：
