// The door: what comes from the network or from files, in its type or refused.
export { decodeAgentMessage } from './agentmessage.ts'
export { decodeDesired } from './desired.ts'
export { decodePlan } from './plan.ts'
export {
  decodeApplyRequest,
  decodeDrainRequest,
  decodePlanRequest,
  decodeRebalanceRequest,
  decodeStopUnknownRequest,
} from './requests.ts'
export { decodeServerMessage } from './servermessage.ts'
