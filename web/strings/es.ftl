# Español.

language-name = Español
language-direction = ltr
number-decimal = ,
number-group = { "\u202F" }
percent = { $n }{ "\u202F" }%
percent-below-one = <1{ "\u202F" }%
milliseconds = { $n }{ "\u202F" }ms
seconds = { $n }{ "\u202F" }s
month = { $count ->
    [1] ene
    [2] feb
    [3] mar
    [4] abr
    [5] may
    [6] jun
    [7] jul
    [8] ago
    [9] sept
    [10] oct
    [11] nov
   *[12] dic
 }
day = { $day } { $month } { $year }
date = { $day } { $month } { $year }, { $time } UTC
list-separator = {", "}

texts = { $count ->
    [one] { $n } texto
   *[other] { $n } textos
 }
contributors = { $count ->
    [one] { $n } autor
   *[other] { $n } autores
 }
datanets = { $count ->
    [one] { $n } Datanet
   *[other] { $n } Datanets
 }
passages = { $count ->
    [one] { $n } pasaje
   *[other] { $n } pasajes
 }
more-passages = { $count ->
    [one] { $n } pasaje más
   *[other] { $n } pasajes más
 }
unused-passages = { $count ->
    [one] { $n } pasaje más leído, no usado
   *[other] { $n } pasajes más leídos, no usados
 }

skip = Ir al texto
places = Lugares
place-ask = Preguntar
place-search = Buscar
place-datanets = Datanets
place-history = Historial
place-earnings = Ingresos
tariff = una respuesta <b>{ $price } { $currency }</b>
colophon = Cada frase está ligada a los textos que la respaldan, y quienes los escribieron cobran por ello.
what-is-covered = Qué hay
who-earns = Quién cobra
language-switch = Idioma
quick = Rápida
deep = A fondo
price-at-most = hasta { $amount }
about = unos { $time }
under-a-second = menos de un segundo
sign-in = Entrar
sign-out = Salir
ask-button = Preguntar
invitation = Haga una pregunta
invitation-follow-up = Siga preguntando

ask-title = Preguntar
ask-heading-footnote = Pregunte. Cada frase de la respuesta lleva su nota al pie,
ask-heading-pays = {" "}y cada nota paga a su autor.
ask-note-label = nota { $n }
ask-note-back = volver a la nota { $n }
ask-note-opens = Abre el texto en que se apoya, en el pasaje exacto.
ask-note-pays = Una respuesta cuesta { $price } { $currency }, repartidos entre los autores según lo que cada frase les debe. Lo que ninguna fuente respalda no se cobra; sin respuesta, no hay cobro.
ask-placeholder = ¿Qué le gustaría saber?
ask-label = Su pregunta
ask-choice = Solo en estos Datanets; en todos si no elige ninguno
ask-not-ready = El índice aún se está construyendo. En un momento se podrá preguntar; la página de cada Datanet muestra cuánto falta.
ask-nothing = Todavía no hay ningún Datanet indexado. En cuanto haya textos registrados en la cadena e indexados, se podrá preguntar aquí.
ask-what = Qué se puede preguntar

answer-sources = Fuentes
answer-nearest = Pasajes más cercanos
answer-next = Preguntas siguientes
answer-unsupported = Ninguna fuente respalda esta frase
answer-unsupported-note = Ninguna fuente respalda esta frase. Su parte del precio no se cobró.
answer-source = Fuente { $n }: { $title }
answer-price = precio <b>{ $amount }</b>
answer-refunded = devuelto <b>{ $amount }</b>
answer-charged = cobrado <b>{ $amount } { $currency }</b>
answer-to = a <b>{ $contributors }</b>
answer-receipt = Recibo
answer-verify = Verificarlo
answer-copy = Copiar
answer-copy-sources = Copiar con fuentes
answer-copy-link = Copiar el enlace
answer-copied = Copiado
answer-copy-refused = El navegador no lo permitió
answer-refused = Ninguna fuente de aquí responde a esto.
answer-refused-why = { $count ->
    [one] Se buscó en { $n } Datanet.
   *[other] Se buscó en { $n } Datanets.
 } Lo más cercano a la pregunta figura aquí; nada de ello la responde, así que no se escribió nada en vez de inventar algo.
answer-too-little = Las fuentes respaldan demasiado poco de esta respuesta.
answer-too-little-why = Las frases marcadas con <span class="fn none" aria-hidden="true">†</span> no se apoyan en ningún pasaje; no se fíe de ellas.
answer-went-back = los { $amount } reservados se devolvieron
answer-searched = Búsqueda en <b>{ $datanets }</b>
answer-read = lectura de <b>{ $passages }</b>
answer-answered-in = respuesta en
answer-done-in = terminado en
answer-found-after = pasajes hallados tras
answer-read-after = fuentes leídas tras
answer-first-after = primera frase tras
answer-last-after = última frase tras
answer-by = escrito por
answer-adapter = con el adaptador
answer-adapter-leads = que lleva a { $alias }
answer-adapter-version = versión { $version }
answer-adapter-own = el propio del Datanet
answer-asked = preguntado
answer-index = índice
answer-near = cercanía { $part }
answer-wording = palabras
answer-meaning = sentido
answer-open = Abrir el pasaje
answer-no-source = sin fuente
answer-shares = Partes de la respuesta: { $parts }
answer-supports = { $count ->
    [one] respalda { $part } de { $n } frase
   *[other] respalda { $part } de { $n } frases
 }
answer-no-author = sin autor indicado
answer-two-authors = { $one } y { $other }
answer-more-authors = { $one } y { $n } más
answer-title-running = Respondiendo
answer-running = Se está respondiendo a su pregunta
answer-beginning = Empezando
answer-searching = Buscando en { $datanets }
answer-reading = Leyendo { $passages }
answer-reading-heading = Leyendo
answer-reloads = Esta página se recarga hasta que llegue la respuesta.
answer-not = Sin respuesta
answer-given-up = Esta pregunta se abandonó.
answer-given-back = Lo que se había reservado para ella se devolvió; no se cobró nada.
ask-again = Preguntar otra vez
see-what-is-covered = Ver qué hay

document-found = Al pasaje citado
document-not-found = El pasaje pedido no está en este texto; aquí está entero.
document-about = Sobre este texto
document-written-by = Escrito por
document-escrow = aún sin dirección, en depósito
document-copied = { $count ->
    [one] <b class="num">{ $part } de { $n }</b> frase está en un texto anterior. Lo que gane va a sus autores, no aquí.
   *[other] <b class="num">{ $part } de { $n }</b> frases están en un texto anterior. Lo que ganen va a sus autores, no aquí.
 }
on-record = En el registro
record-datanet = Datanet
record-licence = Licencia
record-created = Escrito, según se declaró
record-block = Registrado en el bloque
record-source = Publicado primero en
record-replaces = Sustituye a
record-hash = Hash del contenido

datanets-title = Datanets
datanets-lead = Colecciones de textos, registradas en la cadena con los nombres de quienes cobran por ellos.
datanets-none = Aún no hay ninguno indexado. Aparecerán aquí en cuanto se haya leído la cadena.
figure-texts = textos
figure-contributors = autores
figure-language = idioma
figure-version = versión
figure-licence = licencia
datanet-more-authors = {" "}y { $n } más
datanet-copied = { $part } de { $n } frases están en un texto anterior
datanet-first = Los primeros { $part } de { $n }, del más antiguo al más reciente. Pregunte, y se hallarán los demás.
datanet-about = Sobre este Datanet
datanet-ask = Pregúntele
datanet-paid = Quién cobra por él
escrow = en depósito
record-slug = Nombre corto
record-version = Versión
record-id = Id en la cadena

earnings-title = Ingresos
earnings-lead = Todas las personas cuyos textos respaldaron una respuesta cobrada, y la plataforma, con lo que ganaron por ello.
earnings-nobody = Nadie ha ganado nada todavía. <a href="/">Haga una pregunta</a>, y quien escribió aquello en que se apoya la respuesta estará aquí un momento después.
earnings-contributor = Autor
earnings-compared = Comparación
earnings-earned = Ganado
earnings-by-guests = por preguntas de invitados
earnings-paid-out = Pagado
held-in-escrow = en depósito
earnings-note = Todos los importes en { $currency }. Las preguntas de los invitados las paga el operador, y cuentan para el cobro pero no para el orden.
earnings-dev = Esta es una cadena de desarrollo: abra cualquier autor para reclamar por él.
contributor-claimed = Se pagaron { $amount } { $currency } en la cadena a esta dirección.
contributor-held = En depósito
contributor-escrow = Este autor aún no tiene dirección en la cadena. Lo que ganan sus textos se cuenta aquí y se aparta, respuesta a respuesta, y no pertenece a nadie más. Cuando el dueño del Datanet indique una dirección y pasen treinta días sin objeción, todo ello será pagadero a esa dirección.
contributor-estimated = Estimado
contributor-final = Definitivo
contributor-payable = Pagadero
contributor-paid = Pagado
contributor-epoch-open = en la época { $n }, que está abierta
contributor-epoch-unnamed = en la época abierta
contributor-challenge = impugnable hasta el { $date }
contributor-epoch-closed = la época { $n } está cerrada, aún no en la cadena
contributor-no-epoch = ninguna época espera
contributor-accepted = aceptado el { $date }
contributor-none-accepted = nada aceptado todavía
contributor-on-chain = reclamado en la cadena
contributor-claim = Reclamar
contributor-by-text = Por texto
contributor-nothing = Nada todavía. Un texto gana cuando una respuesta cobrada se apoya en él.
contributor-text = Texto
contributor-answers = Respuestas
contributor-per-thousand = Por { $n }
contributor-lines = Línea a línea
contributor-line-text = pasajes de <a href="/documents/{ $document }">{ $text }</a> respaldan una respuesta
contributor-line-role = { $what } de una respuesta
contributor-line-guest = , preguntada por un invitado
contributor-why = por qué esta cantidad
contributor-no-text = no por un texto
part-platform = la parte de la plataforma
part-adapter = por escribir, como adaptador
part-stakers = la parte de los depositantes
part-treasury = lo que ninguna fuente respalda
stage-estimated = estimado
stage-final = definitivo
stage-accepted = aceptado

receipt-title = Recibo
receipt-heading = Lo que pagó una respuesta
receipt-eyebrow = Recibo { $n } · época { $epoch }
receipt-paid = Lo que se pagó
receipt-held = Reservado antes de la búsqueda
receipt-gross = Precio según la tarifa
receipt-released = Devuelto al momento, reservado de más
receipt-refunded = Devuelto: { $percent } de la respuesta no tiene fuente
receipt-charged = Cobrado
receipt-by-balance = al saldo de quien preguntó
receipt-by-promotion = al operador, que paga por los invitados
receipt-by-x402 = con un pago por esta única pregunta
receipt-where = Adónde fue
receipt-in-escrow = , en depósito
receipt-together = En total
receipt-why = Por qué fue allí
receipt-why-meaning = Cada frase de la respuesta tiene un peso. Para cada una se compararon con ella las palabras y el sentido de cada fuente; el <i>respaldo</i> es el resultado, y las partes se siguen solo del respaldo y del peso.
receipt-why-wording = Cada frase de la respuesta tiene un peso. Para cada una se compararon con ella las palabras de cada fuente; el <i>respaldo</i> es el resultado, y las partes se siguen solo del respaldo y del peso.
receipt-sentence = Frase
receipt-weight = Peso
receipt-wording = Palabras
receipt-meaning = Sentido
receipt-support = Respaldo
receipt-unpaid = Hallado, y no pagado
receipt-unpaid-note = Ser hallado no paga nada; lo que sostiene la respuesta, sí. Los textos van en el orden de la búsqueda.
receipt-check = Comprobarlo
receipt-verify = Verifíquelo usted
receipt-verify-lead = El recibo basta para volver a calcular cada parte y cada línea, sin nosotros y sin red.
receipt-download = Descargar el recibo
receipt-verify-note = Imprime cada línea que vuelve a calcular, y nombra el campo que no encaja si alguno se cambió.
receipt-hash = Hash del recibo
receipt-signer = Firmado por
receipt-signature = Firma
receipt-previous = Recibo anterior
receipt-request = Pregunta, hash con sal
receipt-answer = Respuesta, hash con sal
receipt-index = Índice
receipt-attribution = Atribución
receipt-backend = Escrito por
receipt-settles = Se liquida en la cadena
receipt-for = por { $text }
role-platform = La plataforma
role-stakers = Los depositantes
role-treasury = La tesorería
why-platform = por prestar el servicio
why-adapter = por escribir la respuesta, como el adaptador { $adapters }
why-stakers = por asegurar la red
why-treasury = por lo que ninguna fuente respalda

error-nothing-here = Aquí no hay nada
error-purse = La bolsa está vacía
error-not-from-here = Desde aquí no
error-nothing-due = No hay nada que pagar
error-not-now = Ahora mismo no
error-broke = Algo falló de nuestro lado
error-unreadable = Eso no se pudo leer
error-footnote = No se cobró nada, y nada se ha perdido.
error-ask = Hacer una pregunta
missing-answer = Aquí no hay ninguna respuesta; quizá se eliminó, o la dirección se copió a medias.
missing-text = Aquí no hay ningún texto; quizá se eliminó, o la dirección se copió a medias.
missing-receipt = Aquí no hay ningún recibo; quizá se eliminó, o la dirección se copió a medias.
missing-datanet = Aquí no hay ningún Datanet; quizá se eliminó, o la dirección se copió a medias.
missing-contributor = Aquí no hay ningún autor; quizá aún no ha ganado nada, o la dirección se copió a medias.
missing-page = Aquí no hay ninguna página; quizá se eliminó, o la dirección se copió a medias.
problem-address = Esta dirección está dañada; quizá se copió a medias.
problem-unreadable = No se pudo leer lo enviado: { $reason }. Vuelva atrás, corríjalo y envíelo otra vez.
problem-method = { $method } no sirve aquí; use { $methods }.
problem-csrf = Este formulario se abrió en otro navegador o hace demasiado tiempo; recargue la página y envíelo otra vez.
problem-claim-development = Reclamar con un botón solo existe en una cadena de desarrollo; en las demás cada autor reclama con su propia cartera.
problem-claim-sample = Aquí solo se puede reclamar por los autores de muestra; los demás reclaman con su propia cartera.
problem-claim-nothing = Aún no hay nada pagadero; los ingresos lo son cuando su época se acepta en la cadena.
problem-claim-failed = La reclamación no llegó a término; nada se ha perdido, inténtelo de nuevo en un minuto.
problem-away = Una parte del servicio no está accesible en este momento; nada se ha perdido, inténtelo de nuevo en un minuto.
problem-question-empty = La pregunta está vacía; escriba unas palabras.
problem-question-long = La pregunta tiene { $given } caracteres, el máximo es { $most }; pregunte algo más corto.
problem-question-binary = La pregunta contiene caracteres que no son texto (como { $character }); envíe texto sin formato.
problem-unknown-datanet = No hay ningún Datanet «{ $name }»; la página de Datanets muestra los que existen.
problem-ambiguous-datanet = Varios Datanets se llaman «{ $name }»; indique uno por su id: { $one } o { $other }.
problem-unknown-model = No hay ningún modelo «{ $name }». El servicio enumera en /v1/models los que responden.
problem-too-many-adapters = { $count ->
    [one] Como mucho { $n } adaptador escribe una respuesta; no nombre más.
   *[other] Como mucho { $n } adaptadores escriben juntos una respuesta; nombre menos.
 }
problem-adapter-unavailable = El adaptador pedido no puede responder ahora. No se ha cobrado nada; elija otro o ninguno.
problem-adapters-busy = Toda la memoria de los adaptadores está en uso en este momento. No se ha cobrado nada; inténtelo de nuevo en unos segundos.
problem-still-running = Esta pregunta se está respondiendo en este momento; vuelva a preguntar en un segundo.
problem-not-ready = El índice aún se está construyendo; inténtelo de nuevo en un momento.
problem-busy = { $count ->
    [one] En este momento se escriben demasiadas respuestas; inténtelo de nuevo en { $n } segundo.
   *[other] En este momento se escriben demasiadas respuestas; inténtelo de nuevo en { $n } segundos.
 }
problem-too-many = { $count ->
    [one] Ya hay { $n } pregunta suya en curso; pregunte de nuevo cuando esté respondida.
   *[other] Ya hay { $n } preguntas suyas en curso; pregunte de nuevo cuando una esté respondida.
 }
problem-too-often = { $count ->
    [one] Fueron muchas peticiones en un minuto; vuelva dentro de { $n } segundo.
   *[other] Fueron muchas peticiones en un minuto; vuelva dentro de { $n } segundos.
 }
problem-key-cap = Por hoy es suficiente; vuelva mañana, por favor.
problem-key-revoked = Esta clave fue revocada; cree otra en la página de claves.
problem-model-away = El modelo no responde en este momento; no se cobró nada. Inténtelo de nuevo en un minuto.
problem-model-long = La pregunta y las fuentes son demasiado largas para el modelo; no se cobró nada. Pregunte algo más concreto.
problem-date = Un día se escribe año-mes-día, por ejemplo 2025-01-31.
problem-contributor = Eso no es un autor; escriba 0x y 64 cifras, o una dirección de 40.
problem-filter = Uno de los filtros no se entiende; quítelo o elija otro.
problem-cap = Las respuestas gratuitas de hoy se han agotado; entre con saldo, o vuelva mañana.
problem-funds = La cuenta tiene { $available } { $currency } y una respuesta necesita { $needed }; haga antes un depósito.
problem-key-reused = Este formulario ya se envió con otra pregunta; recargue la página y pregunte de nuevo.
problem-timed-out = La respuesta tardó demasiado y se abandonó; no se cobró nada.
problem-ledger = El libro de cuentas no responde; lo que no se registra no se cobra. Inténtelo de nuevo en un minuto.
problem-index = No se pudo leer el índice; no se cobró nada. Inténtelo de nuevo en un minuto.
problem-backend = No se pudo escribir la respuesta; no se cobró nada. Inténtelo de nuevo en un minuto.
problem-broken = Falló una comprobación interna; no se cobró nada, y el operador puede verlo en el registro.
problem-lost = La respuesta se interrumpió; no se cobró nada. Pregúntelo otra vez.

# Búsqueda.
search-title = Buscar
search-heading = Buscar en los textos
search-placeholder = Palabras, o "una frase exacta"
search-label = Qué buscar
search-button = Buscar
search-language = Idioma
search-any-language = cualquiera
search-hint = Las palabras se buscan en todas sus formas y, donde el modelo conoce el idioma, por su sentido. Ponga palabras entre <b>"comillas"</b> para hallarlas exactamente así. Buscar es gratis.
search-nothing = Nada aquí encaja con estas palabras.
search-nothing-next = Pruebe con menos palabras o con otras, quite las comillas o busque en todos los Datanets.
search-hits = { $count ->
    [one] { $n } pasaje
   *[other] { $n } pasajes
 }
search-page = página { $n } de { $of }
search-ask = Hacer de esto una pregunta
search-by-words = por palabras
search-by-meaning = por sentido
search-place = puesto { $n }
search-not-found = no hallado
search-cosine = coseno { $n }
search-joined = puntuación conjunta
search-near = cercanía
search-explained = El orden sigue la puntuación conjunta de ambas listas, relativa a esta búsqueda. La cercanía dice cuán probable es que el pasaje responda; ninguna de las dos paga a nadie.
search-narrow = Acotar
search-from = escrito desde
search-to = hasta
search-by = de este autor
search-once = un resultado por titular
search-words-alone = solo por palabras: el modelo no conoce este idioma
search-partial = la frase es tan común que no se miraron todos los lugares
search-copy = Este pasaje está en un texto anterior, que cobra por él.
search-same-owner = { $count ->
    [one] Representa { $n } pasaje más del mismo titular.
   *[other] Representa { $n } pasajes más del mismo titular.
 }
search-pages = Páginas de resultados
search-earlier = Resultados mejores
search-later = Más resultados

# Lo que guarda quien lee.
answer-stop = Detener aquí
answer-export = Exportar
answer-print = Imprimir
export-price = cobrado { $amount } { $currency }
feedback-label = Qué le parece
feedback-question = ¿Fue una buena respuesta?
feedback-good = Sí
feedback-bad = No
feedback-thanks = Gracias. El operador puede leerlo.
feedback-why = En pocas palabras, ¿qué estuvo bien o mal? (Con ello va la dirección de la respuesta.)
feedback-send = Enviar
history-title = Historial
history-lead = Las respuestas que pidió este navegador. Nadie más ve esta lista.
history-empty = Nada todavía. <a href="/">Haga una pregunta</a> y aparecerá aquí.
history-refused = ninguna fuente la responde
history-unsupported = respaldo insuficiente
history-nothing = interrumpida, no se cobró nada
history-deleted = Borrada
history-receipt-only = solo queda el recibo
history-change = Renombrar o borrar
history-name = Nombre en esta lista
history-save = Guardar
history-delete-what = Se borran la pregunta, la respuesta, sus citas, el nombre que usted le dio y lo que dijo de ella, también para quien tenga el enlace. Lo pagado se queda, y también el recibo: importes, beneficiarios, qué pasajes se citaron y hashes con sal cuyas sales se borran. Queda además un hash por el que se reconoce un formulario enviado dos veces.
history-delete = Borrar el texto
history-pages = Páginas de la lista
history-later = Más antiguas
history-note = La lista depende de una cookie de este navegador, que se guarda 90 días. Quien tenga el enlace de una respuesta puede leerla, y no cambiar nada.
history-lead-account = Las respuestas que pidió desde que entró. Nadie más ve esta lista.
history-note-account = La lista depende de su cuenta. Lo que este navegador preguntó como invitado está aquí cuando usted sale. Quien tenga el enlace de una respuesta puede leerla, y no cambiar nada.
deleted-heading = Esta respuesta se borró
deleted-lead = Quien hizo la pregunta ha borrado su texto.
deleted-receipt = El recibo
deleted-kept = Lo pagado sigue pagado, y el recibo aún lo demuestra.
problem-stopped = La respuesta se detuvo antes de su primera frase; no se cobró nada.

# Cifras.
stats-title = Cifras
stats-lead = Qué se pregunta aquí, cuánto cuesta y cuánto de ello va a quienes escribieron los textos. Contado de los libros, sin preguntas ni nombres.
stats-answers = Respuestas
stats-of-asked = de { $n } preguntas
stats-coverage = Cobertura
stats-coverage-what = de las preguntas se responden y se atribuyen
stats-fees = Cobrado
stats-paid-out = A los autores
stats-to-contributors = A los autores
stats-active-datanets = Datanets que ganaron en 30 días
stats-active-contributors = autores que ganaron en 30 días
stats-documents = textos en el índice
stats-answers-a-day = Preguntas por día
stats-fees-a-day = Cobrado por día
stats-chart-label = Barras por día; los números están en la tabla de abajo.
stats-answers-of-day = { $day }: { $answered } de { $asked } respondidas
stats-money-of-day = { $day }: { $charged } { $currency } cobrados, { $contributors } a los autores
stats-key-answered = respondidas
stats-key-free = sin cobro
stats-key-contributors = a los autores
stats-key-rest = a los demás
stats-as-table = Lo mismo en una tabla
stats-day = Día
stats-asked = Preguntas
stats-note = Los días son UTC; los importes, en { $currency }. <a href="/v1/stats">Lo mismo en JSON</a>.

# La página de la API.
api-title = API
api-lead = Todo lo que hacen las páginas, para programas: léalo aquí y pruébelo.
api-also = Lo mismo como <a href="/openapi.json">OpenAPI</a>; para modelos de lenguaje, <a href="/llms.txt">llms.txt</a>. Cualquier cliente de OpenAI funciona con esta dirección como URL base y el modelo <b>footnote</b>.
api-body = Cuerpo
api-try = Enviar
api-failed = No hubo respuesta; ¿falta la red?

account-title = Cuenta
account-yours = Su cuenta
account-on-the-way = { $amount } { $currency } están en camino: cuentan en cuanto su bloque sea definitivo, dentro de unos segundos.
account-to-spend = Disponible
account-reserved = Reservado
account-reserved-none = no se escribe ninguna respuesta
account-reserved-for = para respuestas que se están escribiendo
account-reserved-line = reservado para <a href="/answers/{ $answer }">una respuesta</a> que se está escribiendo
account-held = retenido
account-an-answer = Una respuesta
account-at-most = como máximo; lo que ninguna fuente respalda se devuelve
account-movements = Todos los movimientos
account-nothing-moved = Todavía no hay movimientos. Ingrese saldo más abajo y pregunte.
account-nothing-older = No hay nada anterior.
account-when = Cuándo
account-what = Qué
account-change = Cambio
account-after = Saldo después
account-older = Movimientos anteriores
account-pay-in = Ingresar
account-pay-in-ten = Ingresar 10 { $currency }
account-pay-in-worthless = fichas sin valor de la cadena de desarrollo, creadas para usted e ingresadas con su clave conocida por todos
account-pay-in-how = Con cualquier cartera: en la cadena { $chain } autorice el importe al contrato de liquidación y llame a su <code>deposit(amount)</code>. Se abona a la cuenta que lo envía en cuanto el bloque sea definitivo.
account-signed-in = Sesiones abiertas
account-unnamed-browser = un navegador que no dice cuál es
account-this-browser = este navegador
account-last-seen = visto por última vez el { $date }
movement-deposit = Ingreso en la cadena
movement-in-block = en el bloque { $block }
movement-block-left = su bloque salió de la cadena
movement-block-left-later = su bloque salió después de la cadena
movement-taken-back = Ingreso anulado
movement-answer = Respuesta
movement-all-supported = cada una de sus frases está respaldada
movement-held = se retuvieron { $held }, se devolvieron { $back }
movement-no-charge = Sin cargo
movement-no-source = Ninguna fuente responde a la pregunta.
movement-too-little = Las fuentes respaldan demasiado poco de la respuesta.
movement-all-back = Se retuvieron { $held } y se devolvieron.

sign-in-no-address = Una dirección es 0x y 40 cifras o letras de la a a la f.
sign-in-sample = Como autor de muestra
sign-in-sample-note = Esta es una cadena de desarrollo: todos conocen sus claves y sus fichas no valen nada. Con un clic entra.
sign-in-own = Con su propia cuenta
sign-in-closed = Aquí todavía no se puede entrar con un mensaje: el operador pone en <code>server.public_url</code> la dirección de este servicio, para que un mensaje firmado para otro sitio nunca sirva en este.
sign-in-sign-this = Firme este mensaje. No cuesta nada y no mueve dinero.
sign-in-message = Mensaje, válido durante diez minutos
sign-in-by-wallet = Firmar con la cartera
sign-in-use-wallet = Usar la cartera de este navegador
sign-in-refused = No se firmó.
sign-in-wallet-says = La cartera dice:
sign-in-signature = Firma
sign-in-elsewhere = Sin cartera en este navegador: <code>cast wallet sign</code> lo firma en cualquier otro lugar.
sign-in-address = Dirección
sign-in-get = Obtener el mensaje que firmar
sign-in-note = Quien entra paga las respuestas de su propio saldo y ve lo que ganan sus textos. Sin entrar, pregunta como invitado.
sign-in-unreadable = Esto no es un mensaje para entrar; recargue la página y firme el mensaje que muestra.
sign-in-wrong-domain = El mensaje es para { $given }, pero esto es { $wanted }; si otro sitio le pidió firmarlo, ese sitio intenta entrar en su nombre.
sign-in-wrong-page = El mensaje nombra la página { $given }, pero esta es { $wanted }; firme el mensaje de esta página.
sign-in-wrong-chain = El mensaje es para la cadena { $given }, pero las cuentas de aquí están en la cadena { $wanted }.
sign-in-unbounded = El mensaje debe caducar como mucho { $minutes } minutos después de emitirse.
sign-in-expired = El mensaje ha caducado; recargue la página y firme uno nuevo.
sign-in-early = El mensaje todavía no es válido; ¿está bien su reloj?
sign-in-foreign = El mensaje no se hizo para este navegador; recargue la página y firme el que muestra.
sign-in-forged = La firma no es de { $address }; firme con la cuenta que el mensaje nombra.
sign-in-no-signature = Esto no es una firma; es 0x seguido de un número par de cifras.
sign-in-replayed = Este mensaje ya se usó; recargue la página y firme uno nuevo.

keys-title = Claves
keys-lead = Una clave permite que un programa o un sitio pregunte en su nombre, con su saldo y nunca más allá de lo que usted permita.
keys-new = Su nueva clave
keys-once = Solo se muestra esta vez.
keys-public-note = Quien abra su página puede verla: solo pregunta, solo desde sus sitios y solo dentro de sus límites.
keys-secret-note = Guárdela donde solo sus servidores puedan leerla. Nunca va en una página.
keys-put = Ponga esto donde deba estar el chat, en una página de uno de sus sitios:
keys-frame = O en un marco:
keys-try = Pruébelo aquí
keys-try-note = Este es el chat mismo; lo que se pregunte se paga de su saldo.
keys-key = Clave
keys-last-used = Último uso
keys-cost-today = Coste hoy
keys-cost-sixty = Coste en 60 días
keys-revoked = revocada
keys-no-site = ningún sitio todavía
keys-never = nunca
keys-make = Crear una clave
keys-what-for = ¿Para qué?
keys-site = Un sitio
keys-site-note = pk_: solo pregunta, desde las páginas que usted nombre, con límites
keys-server = Un servidor
keys-server-note = sk_: todo lo que usted puede hacer; se rechaza en navegadores
keys-make-it = Crear la clave
keys-made = creada el { $date }
keys-used = último uso el { $date }
keys-revoked-at = Revocada el { $date }: ya no abre nada.
keys-usage = Uso y coste
keys-unused = Todavía no se ha preguntado nada con ella.
keys-charged = Cobradas
keys-cost = Coste
keys-on-page = En su página
keys-on-page-note = La clave se mostró una sola vez, al crearla; póngala donde está <code>pk_…{ $hint }</code>.
keys-terms = Qué puede hacer
keys-keep = Guardar
keys-revoke = Revocar
keys-revoke-it = Revocar esta clave
keys-revoke-note = desde entonces no abre nada; no se puede deshacer
keys-name = Nombre
keys-name-example = La página de ayuda de la tienda
keys-sites = Sitios cuyas páginas pueden usarla, uno por línea
keys-sites-note = ninguno hasta que nombre uno
keys-per-day = Al día, como máximo
keys-per-address = Por dirección
keys-per-visitor = Por visitante
keys-a-day = { $currency } al día
keys-over-limit = Qué leen los visitantes cuando se alcanza un límite
keys-over-limit-example = Por hoy es suficiente; vuelva mañana, por favor.
missing-key = Aquí no hay ninguna clave suya; quizá la dirección se copió solo en parte.
problem-too-many-keys = { $count ->
    [one] Una cuenta tiene como máximo { $n } clave; revóquela antes.
   *[other] Una cuenta tiene como máximo { $n } claves; revoque una que ya no se use.
 }
terms-text = { $count ->
    [one] Nombre y texto son de una línea, de { $n } carácter como máximo.
   *[other] Nombre y texto son de una línea, de { $n } caracteres como máximo.
 }
terms-nameless = Dé un nombre a la clave, para saber después dónde se usa.
terms-origin = «{ $given }» no es un sitio; escríbalo como https://example.org, sin ruta.
terms-origins = Son demasiados sitios para una clave; cree otra para el resto.
terms-secret = Una clave secreta no sirve a páginas: deje los sitios vacíos o cree una clave pública.
terms-amount = «{ $given }» no es una cantidad de fichas; escríbala como 0.5.
terms-uncapped = Una clave pública necesita un límite por día, por dirección y por visitante.

days-title = Por día
days-chart = Ganado por día del { $first } al { $last }, como máximo { $most } { $currency }; la tabla de abajo tiene todas las cifras.
days-most = como máximo { $most } { $currency } al día
days-table = Como tabla
days-day = Día (UTC)
days-statement = Extracto, línea por línea:
