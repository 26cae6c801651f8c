-- One municipality of the size in DESIGN.md's figures, made inside PostgreSQL.
--
-- Everything follows from counting, nothing from chance: an id is the MD5 of its
-- kind and number, so any statement can name any row without looking it up.
-- fill.py replaces the words in braces and runs the statements in their order.
--
--   unit u, person p (unit p % units, k-th of the unit: k = p / units; k = 0 the
--   chair, 1 the secretariat), case c (unit c % units, n-th of the unit: n = c /
--   units), sitting s of a unit (even numbers 支援会議, odd ones 重層的支援会議, two
--   a month up to two months ahead), item q of a case.

CREATE FUNCTION pg_temp.at(kind text, VARIADIC numbers int[]) RETURNS uuid
    STABLE LANGUAGE sql
    AS $$ SELECT md5(kind || array_to_string(numbers, '-'))::uuid $$;

-- Surname and given name, and how they are read: by the household, by the person.
CREATE FUNCTION pg_temp.called(family int, person int, kana boolean) RETURNS text
    IMMUTABLE LANGUAGE sql
    AS $$
        SELECT CASE WHEN kana
            THEN (ARRAY[
                'アオヤマ', 'イシバシ', 'ウチダ', 'エンドウ', 'オオツカ', 'カタオカ', 'キシダ',
                'クボ', 'コバヤカワ', 'サエグサ', 'シノハラ', 'スギモト', 'セガワ', 'タカナシ',
                'チバ', 'ツチヤ', 'テラシマ', 'ナカジョウ', 'ハセガワ'
            ])[family % 19 + 1] || ' ' || (ARRAY[
                'アキコ', 'イチロウ', 'ウメ', 'ケンジ', 'サクラ', 'シンノスケ', 'タエ',
                'ナオキ', 'ハルカ', 'フミエ', 'マコト', 'ユリコ', 'リク'
            ])[person % 13 + 1]
            ELSE (ARRAY[
                '青山', '石橋', '内田', '遠藤', '大塚', '片岡', '岸田', '久保', '小早川', '三枝',
                '篠原', '杉本', '瀬川', '高梨', '千葉', '土屋', '寺島', '中條', '長谷川'
            ])[family % 19 + 1] || ' ' || (ARRAY[
                '明子', '一郎', 'うめ', '健二', 'さくら', '慎之介', '妙', '直樹', '遥', '文江',
                '誠', '百合子', '陸'
            ])[person % 13 + 1]
        END
    $$;

INSERT INTO members_unit (id, name)
SELECT pg_temp.at('unit', u), '第' || (u + 1) || '圏域'
FROM generate_series(0, {units} - 1) u;

INSERT INTO members_organization (
    id, name, kana, internal, unit_id, phone, fax, address, listed
)
SELECT
    pg_temp.at('organization', u, j),
    (CASE WHEN j < 4 THEN '福祉課' ELSE '事業所' END) || (u + 1) || '-' || (j + 1),
    'キカン' || lpad(j::text, 2, '0'), j < 4, pg_temp.at('unit', u), '', '', '', true
FROM generate_series(0, {units} - 1) u, generate_series(0, 11) j;

INSERT INTO members_person (
    id, login, password, name, kana, organization_id, post, email, phone, starts_at
)
SELECT
    pg_temp.at('person', p),
    CASE WHEN j < 4 THEN 'staff' || p END,
    '!', pg_temp.called(p / 13, p, false), pg_temp.called(p / 13, p, true),
    pg_temp.at('organization', p % {units}, j), '主任',
    'person' || p || '@mihon.example', '', timestamptz '{beginning}'
FROM generate_series(0, {people} - 1) p,
    LATERAL (SELECT CASE WHEN p / {units} < 2 THEN 0 ELSE p / {units} % 12 END j) o;

INSERT INTO members_body (
    id, unit_id, name, regime, tier
)
SELECT
    pg_temp.at('body', u, r), pg_temp.at('unit', u),
    (ARRAY['支援会議', '重層的支援会議'])[r + 1], (ARRAY['shien', 'juso'])[r + 1],
    'case'
FROM generate_series(0, {units} - 1) u, generate_series(0, 1) r;

INSERT INTO members_legalground (
    code, article, regime, notice_words, penalty_words, subject_invited, starts_at
)
SELECT g, '社会福祉法第106条の6', r, '', '', false, timestamptz '{beginning}'
FROM (VALUES ('act_106_6', 'shien'), ('act_106_4', 'juso')) grounds (g, r);

INSERT INTO members_legalbasis (
    body_id, ground, decided_by, end_decided_by, starts_at
)
SELECT
    id, CASE regime WHEN 'shien' THEN 'act_106_6' ELSE 'act_106_4' END, '', '',
    timestamptz '{beginning}'
FROM members_body;

INSERT INTO members_pledgetext (regime, version, title, text, decided_by, starts_at)
SELECT
    r, 1, '守秘義務に関する誓約書', '秘密を漏らしません。', '',
    timestamptz '{beginning}'
FROM unnest(ARRAY['shien', 'juso']) r;

INSERT INTO members_acknowledgement (person_id, pledge_id, text_digest, at)
SELECT p.id, t.id, repeat('0', 64), p.starts_at
FROM members_person p, members_pledgetext t;

INSERT INTO members_commission (form, body_id, person_id, approved_by, starts_at)
SELECT
    'individual', pg_temp.at('body', p % {units}, r), pg_temp.at('person', p), '市長',
    timestamptz '{beginning}'
FROM generate_series(0, {people} - 1) p, generate_series(0, 1) r;

INSERT INTO members_office (
    person_id, role, body_id, convenes, presides, appointed_by, starts_at
)
SELECT
    pg_temp.at('person', u + k * {units}), (ARRAY['chair', 'secretariat'])[k + 1],
    pg_temp.at('body', u, r), true, true, '', timestamptz '{beginning}'
FROM generate_series(0, {units} - 1) u, generate_series(0, 1) k,
    generate_series(0, 1) r;

INSERT INTO members_case (
    id, number, unit_id, body_id, title, summary, status, fields, opened_on
)
SELECT
    pg_temp.at('case', c), 'R' || (c % 9) || '-' || lpad(c::text, 5, '0'),
    pg_temp.at('unit', c % {units}), pg_temp.at('body', c % {units}, c / {units} % 2),
    (ARRAY[
        '母と長男の世帯。長男の長期のひきこもりと母の物忘れ', '高齢の夫婦。介護疲れと滞納',
        '父子世帯。父の失職と、小学生の登校しぶり', '単身の男性。ごみの堆積と、近隣とのあつれき',
        '三世代の世帯。祖母の介護、母の療養、孫の家族の世話が重なり、相談先が分かれている'
    ])[c % 5 + 1],
    repeat('来所相談と訪問を重ね、家計と通院の状況を確かめた。', 2 + c % 17),
    (ARRAY['assessment', 'planned', 'confirmed', 'closed'])[c % 4 + 1], '[]',
    date '{beginning}' + c % 3000
FROM generate_series(0, {cases} - 1) c;

INSERT INTO members_householdmember (
    id, case_id, label, name, kana, address, phone, address_protected, subject, "order"
)
SELECT
    pg_temp.at('household', c, h), pg_temp.at('case', c),
    (ARRAY['母', '長男', '長女'])[h + 1], pg_temp.called(c, c / 19 + h * 5, false),
    pg_temp.called(c, c / 19 + h * 5, true),
    '見本市本町' || c % 9 + 1 || '丁目' || c || '番地', '', false, h = 0, h
FROM generate_series(0, {cases} - 1) c, generate_series(0, 2) h;

INSERT INTO members_consent (id, member_id, scope, evidence, given_at, entered_by_id)
SELECT
    pg_temp.at('consent', c, h), pg_temp.at('household', c, h), '会議の構成員',
    '様式1-1への署名', timestamptz '{beginning}',
    pg_temp.at('person', c % {units} + {units})
FROM generate_series(0, {cases} - 1) c, generate_series(0, 2) h;

-- Who is chosen for a case: chair, secretariat and four members of its unit.
CREATE TEMP TABLE chosen AS
SELECT c, m, p, pg_temp.at('person', p) person, role
FROM generate_series(0, {cases} - 1) c, generate_series(0, 5) m,
    LATERAL (
        SELECT CASE
            WHEN m < 2 THEN m
            ELSE 2 + (c / {units} * 7 + (m - 2) * ({members} / 4)) % {members}
        END k
    ) a,
    LATERAL (
        SELECT c % {units} + k * {units} p, CASE
            WHEN m = 0 THEN 'chair'
            WHEN m = 1 THEN 'secretariat'
            WHEN k % 12 < 4 THEN 'internal'
            ELSE 'external'
        END role
    ) b;

ANALYZE chosen;

INSERT INTO members_membership (
    case_id, person_id, role, back_history, reason, starts_at
)
SELECT pg_temp.at('case', c), person, role, false, '', timestamptz '{beginning}'
FROM chosen;

-- The last five sittings of a unit are to come: three convened, one waiting for
-- the chair's approval, one in preparation. The two before them are in their round.
CREATE TEMP TABLE day AS
SELECT
    u, s, pg_temp.at('sitting', u, s) id,
    timestamptz '{next_sitting}' + (s - ({sittings} - 5)) * interval '15 days' starts_at,
    CASE {sittings} - s
        WHEN 1 THEN 'draft' WHEN 2 THEN 'submitted'
        WHEN 3 THEN 'convened' WHEN 4 THEN 'convened' WHEN 5 THEN 'convened'
        ELSE 'closed'
    END state,
    CASE WHEN {sittings} - s IN (6, 7) THEN 'round' ELSE 'final' END record
FROM generate_series(0, {units} - 1) u, generate_series(0, {sittings} - 1) s;

INSERT INTO meetings_sitting (
    id, body_id, number, starts_at, ends_at, place, state, created_by_id, presiding_id,
    returned_note
)
SELECT
    id, pg_temp.at('body', u, s % 2), s / 2 + 1, starts_at,
    starts_at + interval '2 hours', '301会議室', state,
    pg_temp.at('person', u + {units}),
    CASE WHEN state = 'closed' THEN pg_temp.at('person', u) END, ''
FROM day;

CREATE TEMP TABLE talk AS
SELECT
    c, q, pg_temp.at('item', c, q) id, day.id sitting, day.starts_at, day.state,
    day.record, pg_temp.at('case', c) case_id,
    pg_temp.at('body', c % {units}, c / {units} % 2) body
FROM generate_series(0, {cases} - 1) c
    CROSS JOIN generate_series(0, {items} - 1) q
    CROSS JOIN LATERAL (
        SELECT (c / {units} / 2 + q * ({sittings} / 2 / {items})) % ({sittings} / 2) slot
    ) a
    JOIN day ON day.u = c % {units} AND day.s = slot * 2 + c / {units} % 2;

ANALYZE talk;

INSERT INTO meetings_agendaitem (
    id, sitting_id, "order", kind, body_id, law, ground, case_id, occasion, title,
    purpose, points, public_by, public_reason, minutes_allotted, state, revision
)
SELECT
    id, sitting, row_number() OVER (PARTITION BY sitting ORDER BY c), 'deliberation',
    body, (ARRAY['shien', 'juso'])[c / {units} % 2 + 1],
    (ARRAY['act_106_6', 'act_106_4'])[c / {units} % 2 + 1], case_id, 'sharing',
    '支援の方向性について', '役割分担を決める',
    E'各機関が把握している状況の共有\n各機関の役割分担', '', '', 15,
    CASE WHEN state = 'closed' THEN 'closed' ELSE 'pending' END, 5
FROM talk;

INSERT INTO meetings_agendaitem_about (agendaitem_id, householdmember_id)
SELECT id, pg_temp.at('household', c, h) FROM talk, generate_series(0, 1) h;

INSERT INTO members_seat (item_id, person_id, role, scribe, signatory, starts_at)
SELECT id, person, role, false, m = 2, starts_at - interval '20 days'
FROM talk JOIN chosen USING (c);

INSERT INTO meetings_invitation (
    id, sitting_id, person_id, rsvp, rsvp_note, calendar_uid, sequence, notified_at,
    checked_in_at
)
SELECT
    md5('invitation' || sitting || person)::uuid, sitting, person,
    CASE WHEN state = 'closed' OR p % 3 > 0 THEN 'present' ELSE 'waiting' END, '',
    md5('calendar' || sitting || person)::uuid, 0,
    CASE WHEN state IN ('closed', 'convened') THEN starts_at - interval '20 days' END,
    CASE WHEN state = 'closed' THEN starts_at END
FROM (
    SELECT DISTINCT sitting, state, starts_at, person, p
    FROM talk JOIN chosen USING (c)
) asked;

INSERT INTO documents_link (
    id, person_id, purpose, scope_id, digest, card_mac, wrong_count, opened_at, issued_by_id,
    issued_at, starts_at, ends_at
)
SELECT
    md5('link' || i.id)::uuid, i.person_id, 'sitting', i.sitting_id,
    encode(sha256(i.id::text::bytea), 'hex'), encode(sha256(i.id::text::bytea), 'hex'),
    0, i.checked_in_at, s.created_by_id, i.notified_at, i.notified_at,
    s.ends_at + interval '7 days'
FROM meetings_invitation i
    JOIN meetings_sitting s ON s.id = i.sitting_id
    JOIN members_person p ON p.id = i.person_id
WHERE i.notified_at IS NOT NULL AND p.login IS NULL;

INSERT INTO core_outgoingmail (
    id, person, about, address, subject, sealed_body, sealed_calendar, calendar_method,
    state, attempt_count, queued_at, due_at, sent_at
)
SELECT
    md5('mail' || i.id)::uuid, i.person_id::text, 'sitting:' || i.sitting_id,
    p.email, '会議のご案内', '', '', 'REQUEST', 'sent', 1, i.notified_at, i.notified_at,
    i.notified_at
FROM meetings_invitation i JOIN members_person p ON p.id = i.person_id
WHERE i.notified_at IS NOT NULL;

INSERT INTO meetings_presence (item_id, person_id, starts_at, ends_at, origin)
SELECT id, person, starts_at, starts_at + interval '15 minutes', 'admitted'
FROM talk JOIN chosen USING (c)
WHERE state = 'closed';

INSERT INTO meetings_entry (
    id, item_id, "order", kind, speaker, source, text, deleted, revision, created_by_id,
    created_at, changed_at
)
SELECT
    pg_temp.at('entry', c, q, e), id, e,
    (ARRAY['fact_subject', 'opinion', 'discussion', 'decision', 'task'])[e],
    pg_temp.called(c, c / 19, false), '',
    repeat('訪問の様子と次の面談の予定を共有した。', 1 + (c + e * 3) % 9), false, e,
    pg_temp.at('person', c % {units} + {units}), starts_at, starts_at
FROM talk, generate_series(1, 5) e
WHERE state = 'closed';

INSERT INTO core_storedobject (id, state, size, sha256, sealed_key, created_at)
VALUES (
    pg_temp.at('stored', 0), 'ready', 0, repeat('0', 64), '', timestamptz '{beginning}'
);

-- The first paper of an item that is over is its record.
INSERT INTO documents_paper (
    id, number, title, kind, document_class, body_id, case_id, item_id, sitting_id,
    law, origin, purpose, transfer_reason, tax_information, restricted,
    protected_address, handed_out, "order", created_by_id, created_at
)
SELECT
    pg_temp.at('paper', c, q, j), '資料' || (j + 1),
    CASE WHEN minutes THEN '会議録' ELSE '事例概要' END,
    CASE WHEN minutes THEN 'minutes' ELSE 'case_summary' END, '3B', body, case_id, id,
    sitting, (ARRAY['shien', 'juso'])[c / {units} % 2 + 1],
    (ARRAY['shien', 'juso'])[c / {units} % 2 + 1], 'sitting', '', false, false, false, false, j,
    pg_temp.at('person', c % {units} + {units}), starts_at - interval '10 days'
FROM talk, generate_series(0, {papers} - 1) j,
    LATERAL (SELECT j = 0 AND state = 'closed' minutes) a;

INSERT INTO documents_paper_about (paper_id, householdmember_id)
SELECT pg_temp.at('paper', c, q, j), pg_temp.at('household', c, h)
FROM talk, generate_series(0, {papers} - 1) j, generate_series(0, 1) h;

INSERT INTO documents_paperversion (
    id, paper_id, number, state, holds, guard, file_name, media_type, page_count,
    scan, findings, stored_id, uploaded_by_id, uploaded_at
)
SELECT
    pg_temp.at('version', c, q, j), pg_temp.at('paper', c, q, j), 1,
    CASE WHEN j = 0 AND state = 'closed' THEN 'final' ELSE 'released' END,
    '[]', 'looked', '事例概要.pdf', 'application/pdf', 2, 'off', '{{}}', pg_temp.at('stored', 0),
    pg_temp.at('person', c % {units} + {units}), starts_at - interval '10 days'
FROM talk, generate_series(0, {papers} - 1) j;

INSERT INTO documents_release (
    id, version_id, person_id, way, released_by_id, starts_at, ends_at
)
SELECT
    pg_temp.at('release', c, q, j, m), pg_temp.at('version', c, q, j), person, '',
    pg_temp.at('person', c % {units} + {units}), starts_at - interval '5 days',
    starts_at + interval '7 days'
FROM talk JOIN chosen USING (c), generate_series(0, {papers} - 1) j
WHERE m > 1 AND state <> 'draft';

INSERT INTO meetings_minutes (
    id, item_id, state, version, circulated_at, due_on, finalized_at, pdf_id, digest
)
SELECT
    pg_temp.at('minutes', c, q), id, record, 1, starts_at + interval '1 day',
    date(starts_at) + 30,
    CASE WHEN record = 'final' THEN starts_at + interval '14 days' END,
    CASE WHEN record = 'final' THEN pg_temp.at('paper', c, q, 0) END, repeat('0', 64)
FROM talk
WHERE state = 'closed';

INSERT INTO meetings_confirmation (
    minutes_id, version, person_id, presiding, at, text_digest
)
SELECT
    pg_temp.at('minutes', c, q), 1, person, m = 0, starts_at + interval '14 days',
    repeat('0', 64)
FROM talk JOIN chosen USING (c)
WHERE state = 'closed' AND record = 'final' AND m IN (0, 2);
