import { defineMessages } from './message.js';

/** Codes of the order desk: checks, holds, rules, review. */
export const orderDeskMessages = defineMessages({
  HOLD_NOT_FOUND: { status: 404, en: 'The order has no hold {holdId}.', 'zh-CN': '订单没有拦截 {holdId}。' },
  HOLD_NOT_OPEN: { status: 409, en: 'The hold has ended: {status}.', 'zh-CN': '该拦截已结束：{status}。' },
  HOLD_CLAIMED: { status: 409, en: '{owner} is working on this hold.', 'zh-CN': '{owner} 正在处理该拦截。' },
  HOLD_OF_ANOTHER_ROLE: {
    status: 403,
    en: 'This hold waits for the role {role}; ask for it to be given to you.',
    'zh-CN': '该拦截由角色 {role} 处理，请让其转交给您。',
  },
  HOLD_TOO_LATE: {
    status: 409,
    en: 'The order has already taken these steps: {steps}.',
    'zh-CN': '订单已经过这些步骤：{steps}。',
  },
  HOLD_EARLIER_REVIEW: {
    status: 409,
    en: 'Customer service decides first: the hold {holdId} ({type}) is still open.',
    'zh-CN': '须先由客服审核：拦截 {holdId}（{type}）尚未处理。',
  },
  APPROVAL_LEVEL_NEXT: {
    status: 409,
    en: 'Level {level} of the approval comes next.',
    'zh-CN': '下一步是第 {level} 级审批。',
  },
  APPROVAL_SAME_PERSON: {
    status: 409,
    en: 'Every level of this approval needs another person.',
    'zh-CN': '该审批的每一级须由不同的人完成。',
  },
  ORDER_ON_HOLD: {
    status: 409,
    en: 'A hold keeps the order from this step ({step}).',
    'zh-CN': '订单已被拦截，不能进行该步骤（{step}）。',
  },
  HOLD_EXPIRED: {
    status: 409,
    en: 'Nobody decided on the order in time.',
    'zh-CN': '订单未在期限内审核。',
  },
  QUESTION_NOT_FOUND: { status: 404, en: 'There is no such question.', 'zh-CN': '没有该询问。' },
  QUESTION_OPEN: {
    status: 409,
    en: 'The customer has not answered the last question yet.',
    'zh-CN': '客户尚未答复上一个询问。',
  },
  QUESTION_ANSWERED: { status: 409, en: 'This was answered already: {answer}.', 'zh-CN': '已答复：{answer}。' },
  QUESTION_EXPIRED: { status: 410, en: 'The time to answer has passed.', 'zh-CN': '答复期限已过。' },
  ANSWER_UNKNOWN: {
    status: 422,
    en: 'Choose one of these answers: {allowed}.',
    'zh-CN': '请选择以下答复之一：{allowed}。',
  },
  ANSWER_LINK_INVALID: { status: 404, en: 'This link is not valid.', 'zh-CN': '该链接无效。' },
  RULE_NOT_FOUND: { status: 404, en: 'There is no rule {ruleId}.', 'zh-CN': '没有规则 {ruleId}。' },
  RULE_EXISTS: { status: 409, en: 'There is a rule {ruleId} already.', 'zh-CN': '规则 {ruleId} 已存在。' },
  RULE_VERSION_NOT_FOUND: {
    status: 404,
    en: 'The rule {ruleId} has no version {version}.',
    'zh-CN': '规则 {ruleId} 没有版本 {version}。',
  },
  RULE_FACT_UNKNOWN: {
    status: 422,
    en: 'There is no fact {fact}. Known are: {allowed}.',
    'zh-CN': '没有事实 {fact}。可用的有：{allowed}。',
  },
  RULE_CONDITION_INVALID: {
    status: 422,
    en: 'A condition names a fact, an operator and a value, or holds all, any or not of others.',
    'zh-CN': '条件须包含事实、运算符和值，或由 all、any、not 组合。',
  },
  AREA_INVALID: {
    status: 422,
    en: 'An area is a country, such as CN, or a country and the beginning of its postal codes, such as CN-54.',
    'zh-CN': '区域须为国家（如 CN），或国家加邮政编码开头（如 CN-54）。',
  },
  RULE_ACTION_INVALID: {
    status: 422,
    en: 'The action {action} needs {missing}.',
    'zh-CN': '动作 {action} 需要 {missing}。',
  },
  SELECTION_NOT_FOUND: { status: 404, en: 'There is no selection {selectionId}.', 'zh-CN': '没有选择 {selectionId}。' },
  SELECTION_TOO_LARGE: {
    status: 422,
    en: 'The selection holds more than {max} orders; narrow it.',
    'zh-CN': '选择的订单超过 {max} 个，请缩小范围。',
  },
  JOB_NOT_FOUND: { status: 404, en: 'There is no job {jobId}.', 'zh-CN': '没有任务 {jobId}。' },
  NO_OPEN_HOLD: {
    status: 409,
    en: 'No open hold of the order is meant by this.',
    'zh-CN': '订单没有相应的未处理拦截。',
  },
  ORDER_REJECTED: { status: 409, en: 'The order was not accepted.', 'zh-CN': '订单未被受理。' },
});
