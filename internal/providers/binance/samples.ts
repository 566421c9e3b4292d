/** From the venue's pages, one of each form; a trade stream is made of one kind only, so the aggregate one has a symbol of its own. */
export const samples = {
  frames: [
    '{"e":"trade","E":1672515782136,"T":1672515782136,"s":"BNBBTC","t":12345,"p":"0.00100000","q":"100.00000000","X":"MARKET","m":true,"M":true}',
    '{"stream":"bnbbtc@trade","data":{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12346,"p":"0.00100000","q":"100.00000000","T":1672515782136,"m":true,"M":true}}',
    '{"stream":"ethbtc@aggTrade","data":{"e":"aggTrade","E":1672515782136,"s":"ETHBTC","a":12345,"p":"0.00100000","q":"100.00000000","f":100,"l":105,"T":1672515782136,"m":true,"M":true}}',
    '{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}',
    '{"stream":"bnbusdt@bookTicker","data":{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}}',
    '{"stream":"bnbusdt@bookTicker","data":{"e":"bookTicker","u":400900217,"s":"BNBUSDT","b":"25.3519","B":"31.21","a":"25.3652","A":"40.66","T":1672515782130,"E":1672515782136}}',
    '{"stream":"bnbusdt@depth","data":{"e":"depthUpdate","E":1672515782136,"T":1672515782130,"s":"BNBUSDT","U":157,"u":160,"pu":149,"b":[["25.35190000","31.21000000"],["25.35180000","0.00000000"]],"a":[["25.36520000","40.66000000"]]}}',
    '{"stream":"bnbbtc@kline_1m","data":{"e":"kline","E":1672515782136,"s":"BNBBTC","k":{"t":1672515780000,"T":1672515839999,"s":"BNBBTC","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}}',
    '{"result":null,"id":1}',
  ],
  snapshot: '{"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}',
} as const;
